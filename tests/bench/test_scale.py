"""The benchmark of many servers measures what it says."""

from bench import scale


def test_a_small_state_is_written_and_read_whole(capsys):
    assert scale.main(["--servers", "30"]) == 0
    told = capsys.readouterr().out
    assert "30 servers with 5 rooms each" in told
    assert "KiB" in told


def test_the_same_seed_gives_the_same_polls():
    assert list(scale.polls(3, 1)) == list(scale.polls(3, 1)) != list(scale.polls(3, 2))

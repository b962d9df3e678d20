"""The benchmark of memory measures what it says."""

from bench import memory

SMALL = memory.Size(50, 100, 2, 3)


def test_a_small_memory_is_written_and_read_whole(capsys):
    assert memory.main(["--servers", "50", "--communities", "100", "--days", "2", "--crawls", "3"]) == 0
    told = capsys.readouterr().out
    assert "2 of 3 crawls" in told
    assert "MiB" in told


def test_each_crawl_checks_every_server_and_samples_those_that_answer():
    crawls = list(memory.crawls(SMALL, 1))
    assert [at - memory.START for at, *_ in crawls] == [600 + n * memory.DAY // 3 for n in range(6)]
    for at, checks, told in crawls[1:]:
        down = {one.public_key for one in checks if not one.reached}
        assert (len(checks), len(down), {one.at for one in checks}) == (50, 1, {at})
        assert len(told) == 98
        assert not down & {one.public_key for one in told}


def test_the_same_seed_gives_the_same_crawls():
    assert list(memory.crawls(SMALL, 1)) == list(memory.crawls(SMALL, 1)) != list(memory.crawls(SMALL, 2))

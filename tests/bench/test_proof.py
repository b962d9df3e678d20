"""The benchmark of proofs."""

from bench.proof import main, measured


def test_what_it_prints(capsys):
    main()  # how fast this machine is decides the exit code
    told = capsys.readouterr().out
    assert "seal and open, ms CPU" in told
    assert "at most 0.5 ms for 100,000 bytes" in told


def test_a_proof_is_small():
    cpu, request, beyond = measured(1_000)
    assert cpu > 0
    assert request < 250
    assert beyond < 150

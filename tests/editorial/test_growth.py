"""When growth is worth a word."""

from __future__ import annotations

import pytest

from sessioncrawler.editorial.monitors import Newcomers, judge_growth

MB = 1_000_000
KEY = "ab" * 32


def come(new, listed, key=KEY):
    return Newcomers(key, "https://sogs.example", new, listed)


@pytest.mark.parametrize(
    ("size", "before", "told"),
    [
        (500 * MB, [], ""),  # the first run has nothing to compare with
        (500 * MB, [0, 0], ""),
        (20 * MB, [10 * MB, 9 * MB], ""),
        (20 * MB + 1, [10 * MB, 9 * MB], "The state took 10.0 MB more in this run, where 1.0 MB are usual."),
        (60 * MB, [20 * MB, 15 * MB, 0, 5 * MB], ""),  # five at a time are usual
        (71 * MB, [20 * MB, 15 * MB, 10 * MB], "The state took 51.0 MB more in this run, where 5.0 MB are usual."),
        (31 * MB, [20 * MB, 90 * MB], "The state took 11.0 MB more in this run, where 0.0 MB are usual."),
    ],
)
def test_a_state_that_grows(size, before, told):
    verdict = judge_growth(size, before, [])
    assert (verdict.name, verdict.ok) == ("growth", not told)
    assert told in verdict.sentence


@pytest.mark.parametrize(
    ("new", "listed", "ok"),
    [(99, 99, True), (100, 100, False), (100, 200, False), (100, 201, True), (1_000, 1_000, False), (100, 0, False)],
)
def test_a_server_that_grows(new, listed, ok):
    assert judge_growth(1, [1], [come(new, listed)]).ok is ok


def test_those_are_named_that_grow_most():
    verdict = judge_growth(1, [1], [come(100 + number, 200, f"{number:064x}") for number in range(9)])
    assert verdict.sentence.startswith(
        "Growth: https://sogs.example (0000000000000000…) lists 200 Communities, of which 108 are new. https://sogs"
    )
    assert "So do 6 more servers." in verdict.sentence
    assert verdict.sentence.endswith("[[hide]] of directory.toml takes away a server that floods.")

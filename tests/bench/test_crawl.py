"""One small benchmark from beginning to end: a crawl and what it is compared with, each in a process of its own."""

from __future__ import annotations

import pytest

from bench.__main__ import main
from bench.crawl import run
from bench.usage import BenchError


def test_a_small_world():
    result = run(servers=9, seed=3, tries=1)
    assert (result.servers, result.communities > 0) == (9, True)
    assert result.requests >= result.servers
    assert 0 < result.bare_requests <= result.answered <= result.connections
    assert result.scrapy_requests == result.bare_requests
    assert result.scrapy_cpu > 0
    assert 0 < result.start.cpu <= result.polling.cpu <= result.crawl.cpu
    assert 0 < result.start.memory <= result.polling.memory <= result.crawl.memory
    assert result.crawl.wall >= result.floor


def test_a_failure_ends_the_benchmark_with_a_sentence(monkeypatch, capsys):
    def fail(*args):
        raise BenchError("The crawl of 100 servers published nothing")

    monkeypatch.setattr("bench.__main__.run", fail)
    assert main(["--servers", "100"]) == 1
    assert "The crawl of 100 servers published nothing" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--servers", "many"], ["--tries"]])
def test_a_wrong_command_line(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "usage: python -m bench" in capsys.readouterr().err

"""Bodies that unpack to more than anybody needs, or that are not packed as they say."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from sessioncrawler.model import Outcome
from tests.downloadhandlers.asking import HEAD, asking, speaking
from tests.downloadhandlers.bombs import SIZE, bomb, packed
from tests.downloadhandlers.crawls import healthy, join_link, listing_of, names, polls, rooms, settings_in
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve

MEASURED = '''
import resource
from sessioncrawler.spiders.sogs import Sogs

class Measured(Sogs):
    """The same spider; it tells how many KiB the crawl took at its most, beyond what it began with."""

    name = "measured"

    async def start(self):
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async for request in super().start():
            yield request

    def closed(self, reason):
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.crawler.stats.set_value("test/kib", after - self.before)
'''


@pytest.mark.parametrize(
    "coding", [b"gzip,gzip,gzip", b"gzip, br, zstd, deflate", b"gzip," * 900, b"a\r\n" + 9 * b"X: y"]
)
def test_more_layers_of_compression_than_anybody_needs_are_not_undone(coding):
    [result], *_ = asking(speaking(HEAD + b"Content-Encoding: " + coding + b"\r\nContent-Length: 2\r\n\r\nok"))
    assert result is Outcome.TOO_LARGE or coding.startswith(b"a")


def test_several_headers_count_as_one_list_of_layers():
    head = HEAD + b"Content-Encoding: gzip\r\n" * 3 + b"Content-Length: 2\r\n\r\n"
    [result], *_ = asking(speaking(head + b"ok"))
    assert result is Outcome.TOO_LARGE


def test_bombs_and_bad_compression_from_end_to_end(tmp_path):
    """A gigabyte in each compression costs the crawl some megabytes, and the neighbours nothing."""
    answers = {
        **{coding: (bomb(coding), coding) for coding in ("gzip", "deflate", "br", "zstd")},
        "bomb in gzip": (packed(bomb("br"), 1), "br, gzip"),
        "three layers": (packed(rooms("three"), 3), "gzip, gzip, gzip"),
        "plain as gzip": (rooms("plain"), "gzip"),
        "plain as deflate": (rooms("plain"), "deflate"),
        "plain as br": (rooms("plain"), "br"),
        "plain as zstd": (rooms("plain"), "zstd"),
        "nothing as gzip": (b"", "gzip"),
        "two layers": (packed(rooms("two"), 2), "gzip, gzip"),
        "unknown": (rooms("unknown"), "identity"),
    }
    (tmp_path / "measured.py").write_text(MEASURED)
    places = {name: {"/rooms?all=1": _answer(*answer)} for name, answer in answers.items()}
    with _serving([*places.values(), healthy("fine")]) as bases, serve(listing_of(map(join_link, bases))) as listing:
        settings = settings_in(tmp_path)
        run_crawls([Job("lokilocker", {"url": f"{listing}/listing"}, settings)], folder=tmp_path)
        began = time.monotonic()
        crawl = run_crawls([Job("measured.Measured", {}, settings)], folder=tmp_path, forked=False)[0]
        seconds = time.monotonic() - began
    outcomes = dict(zip(places, map(polls(crawl).get, bases), strict=False))
    assert SIZE == 1 << 30
    assert {outcomes[coding] for coding in ("gzip", "deflate", "br", "zstd", "bomb in gzip")} == {"too-large"}
    assert outcomes["three layers"] == "too-large"
    broken = {name for name in answers if name.startswith("plain")}
    assert {outcomes[name] for name in broken} == {"reset"}
    assert names(crawl) == ["fine", "two", "unknown"]
    assert crawl.stats["test/kib"] < 60_000
    assert seconds < 30
    assert "Traceback" not in crawl.log
    assert "unknown way" not in crawl.log


def _answer(body: bytes, coding: str) -> Answer:
    return Answer(body, headers={"Content-Encoding": coding, "Content-Type": "application/json"})


@contextmanager
def _serving(answers: Sequence[Mapping[str, Answer]]) -> Iterator[list[str]]:
    """Several servers at a time; gives their addresses."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve(one)) for one in answers]

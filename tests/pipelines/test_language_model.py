"""The process that knows the model of languages: what it says, when it is there, and what is done without it."""

import asyncio
import os
import signal
import time

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from sessioncrawler.editorial.guess import classify
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.pipelines import language
from sessioncrawler.pipelines.language import LanguagePipeline, Model, UnheardError
from sessioncrawler.state import State
from tests.support.editorial_data import ROOT, room, server

GERMAN = "Gespräche über alles, höflich und auf Deutsch."
TEXTS = ["gespräche über alles höflich und auf deutsch", "une discussion amicale", "ok \ud800 \U0001f600 \n \u2028 x"]


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def heard(model: Model, texts=TEXTS):
    async def main():
        try:
            await model.hear(texts)
            return [model.said(words) for words in texts], model._process and model._process.pid
        finally:
            await model.close()

    return asyncio.run(main())


def test_it_says_what_the_model_says_here():
    said, process = heard(
        Model(), [*TEXTS, *(f"text number {number} of many" for number in range(language.AT_ONCE * 2))]
    )
    assert said[: len(TEXTS)] == [classify(words) for words in TEXTS]
    assert process
    assert not alive(process)


def test_what_was_not_asked_is_not_known():
    with pytest.raises(UnheardError) as caught:
        Model().said("hello")
    assert caught.value.words == "hello"


@pytest.mark.parametrize(
    "program",
    [
        "",
        "import sys; sys.stdin.readline(); print('no JSON', flush=True); input()",
        "import sys; sys.stdin.readline(); print([], flush=True); input()",
        "import time; time.sleep(60)",
        "import sys; sys.stdin.readline(); print('x' * 1_000_000, flush=True); input()",
    ],
    ids=["ends", "no JSON", "too few", "hangs", "a long line"],
)
def test_without_it_the_model_is_asked_here(program, monkeypatch, caplog):
    monkeypatch.setattr(language, "PROGRAM", f"# {{path}}\n{program}")
    monkeypatch.setattr(language, "MODEL_SECONDS", 2.0)
    caplog.set_level("INFO")
    said, process = heard(Model())
    assert said == [classify(words) for words in TEXTS]
    assert process is None
    assert "Languages are guessed in this process" in caplog.text


def test_where_no_process_can_be_started(monkeypatch):
    async def refused(*_, **__):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    assert heard(Model())[0] == [classify(words) for words in TEXTS]


def test_one_that_was_killed_is_not_missed():
    async def main():
        model = Model()
        try:
            await model.hear(TEXTS[:1])
            assert model._process
            os.kill(model._process.pid, signal.SIGKILL)
            await model.hear(TEXTS)
            return [model.said(words) for words in TEXTS]
        finally:
            await model.close()

    assert asyncio.run(main()) == [classify(words) for words in TEXTS]


@pytest.fixture
def pipe(tmp_path):
    settings = {"DIRECTORY_CONFIG": str(ROOT / "directory.toml"), "STATE_URL": f"sqlite:///{tmp_path}/state.db"}
    return LanguagePipeline.from_crawler(get_crawler(Spider, settings))


def answer(*texts: str) -> AnswerItem:
    rooms = tuple(room(f"r{number}", "Runde", description=text) for number, text in enumerate(texts))
    return AnswerItem(Poll(server().address, Outcome.REACHED, server=server(), rooms=rooms))


def test_languages_are_guessed_when_a_server_has_answered_and_the_process_is_gone_before_the_site_is_made(pipe):
    item = CommunityItem(server(), room("r0", "Runde", description=GERMAN))

    async def main():
        await pipe.process_item(answer(GERMAN, f"😀 {GERMAN}", "Hi!"))
        assert pipe._model._process is None, "an answer waits for no model"
        await asyncio.gather(*pipe._foreseeing)
        process = pipe._model._process.pid
        await pipe.process_item(item)
        await pipe.process_item(PollItem(Poll(server().address, Outcome.REACHED)))
        return process

    assert not alive(asyncio.run(main()))
    assert (item.language, item.language_from) == ("de", "guess")
    assert len(pipe._guesses.new) == 2
    with State.open(pipe.url) as state:
        pipe.write(state)


def test_what_will_not_be_published_is_remembered_too(pipe):
    """Else the model would be loaded in each crawl."""

    async def crawl(made):
        await made.process_item(answer(GERMAN, f"😀 {GERMAN}", f"{GERMAN} Auch am Abend."))
        await asyncio.gather(*made._foreseeing)
        started = made._model._process is not None
        await made.end()
        return started

    assert asyncio.run(crawl(pipe))
    with State.open(pipe.url) as state:
        pipe.write(state)
    again = LanguagePipeline.from_crawler(pipe.crawler)
    assert not asyncio.run(crawl(again))


def test_a_crawl_that_ends_early_leaves_no_process(pipe):
    async def main():
        await pipe.process_item(answer(GERMAN))
        began = time.monotonic()
        while pipe._model._process is None:
            assert time.monotonic() < began + 20
            await asyncio.sleep(0.01)
        process = pipe._model._process.pid
        await pipe.end()
        return process

    assert not alive(asyncio.run(main()))


def test_a_flood_of_texts_delays_no_publication(pipe, monkeypatch):
    """Strangers' texts are guessed beside the crawl, up to a bound; once one is to be published, the others are not."""
    flood = [f"{GERMAN} Und zwar Raum {one * 'o'} wie immer." for one in range(1, 400)]
    pipe._foreseen = 350
    item = CommunityItem(server(), room("r", "Runde", description=f"{GERMAN} Heute."))
    asked = []

    async def slow(texts):
        asked.append(len(texts))
        await asyncio.sleep(0.2)
        return [classify(words) for words in texts]

    monkeypatch.setattr(pipe._model, "_ask", slow)

    async def main():
        for start in (0, 300):
            await pipe.process_item(answer(*flood[start : start + 300]))
        await asyncio.sleep(0.1)
        await pipe.process_item(item)
        await asyncio.gather(*pipe._foreseeing)

    asyncio.run(main())
    assert item.language == "de"
    assert asked == [language.AT_ONCE, 1]
    assert pipe._foreseen == 0

"""The past of Communities, from the state to their pages through the exporter, by one process and by two."""

import os

import pytest
from lxml import html

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.state import Facts, State, Told, Total
from tests.support.publishing import KEY, NOW, SITE, community, publish

DAY = 86_400


def facts(item) -> Facts:
    link = item.server.join_link(item.room)
    return Facts(KEY, item.room.token, item.identifier, item.room.name, link.url)


def remember(folder) -> None:
    """Two weeks in which one Community was told of, and another one vanished."""
    here, lost = community("here", "Here we are"), community("lost", "Lost here")
    with State.open(f"sqlite:///{folder}/state.db") as state:
        state.record_polls([Poll(here.server.address, Outcome.REACHED, server=here.server, rooms=(here.room,))], NOW)
        for ago in range(15, 0, -1):
            at = NOW - ago * DAY
            state.record_listing([facts(here), *([facts(lost)] if ago > 5 else [])], [], at)
            told = Told(KEY, "here", 40 + ago, 1000 - 10 * ago)
            state.record_memory([], [told], Total(at // DAY, 1, 1, 1, 1), at)


@pytest.mark.parametrize("processes", [1, 2])
def test_pages_tell_of_the_past(tmp_path, processes, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    remember(tmp_path)
    item = community("here", "Here we are")
    done = publish([item], {str(tmp_path / "site"): SITE}, tmp_path, RENDER_PROCESSES=processes)
    assert done.errors == []
    page = html.parse(tmp_path / "site" / "c" / item.identifier / "index.html")
    assert len(page.xpath("//figure[figcaption]/*[name()='svg']")) == 2
    assert page.xpath("//details[@class='weeks']//tbody/tr[last()]/td/text()") == ["44", "10"]
    fact = "string(//dt[.='{}']/following-sibling::dd[1])"
    assert page.xpath(fact.format("First listed")) == "7 January 2026"
    assert page.xpath(fact.format("Activity")).startswith("steady, as the week before; events a day: 10 (")
    gone = html.parse(tmp_path / "site" / "c" / item.identifier.replace("here", "lost", 1) / "index.html")
    assert gone.xpath("string(//p[@class='lead']/time)") == "17 January 2026, 12:00 UTC"
    assert gone.xpath("//ul[@aria-labelledby='like']//a/text() | //ul//bdi/text()") == ["Here we are"]

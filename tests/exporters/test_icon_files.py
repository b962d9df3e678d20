from __future__ import annotations

from types import SimpleNamespace

from sessioncrawler.exporters.icons import icon_files
from sessioncrawler.items import SightingItem
from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State
from tests.support.publishing import KEY, community


def crawler(url):
    return SimpleNamespace(settings={"STATE_URL": url})


def test_the_icons_that_are_shown_are_published(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as state:
        state.record_icons([(f"icons/ab-{name}-1.webp", name.encode()) for name in ("one", "two", "unseen")], 1, 0)
    items = [
        community("two", icon="icons/ab-two-1.webp"),
        community("one", icon="icons/ab-one-1.webp"),
        community("none"),
        community("forgotten", icon="icons/ab-forgotten-1.webp"),
        SightingItem(Sighting(JoinLink(Address("https", "sogs.example", 443), "one", KEY), "here")),
    ]
    assert list(icon_files(items, crawler(url))) == [("ab-one-1.webp", b"one"), ("ab-two-1.webp", b"two")]


def test_without_icons_the_state_is_left_alone(tmp_path):
    assert list(icon_files([community()], crawler(f"sqlite:///{tmp_path}/state.db"))) == []
    assert not list(tmp_path.iterdir())

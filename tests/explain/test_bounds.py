"""Whoever meets a bound is told so: on the status page, and by ``scrapy explain``."""

from __future__ import annotations

import pytest

from sessioncrawler.model import KeyClaim
from sessioncrawler.protocol.candidates import DIRECTORY
from sessioncrawler.site.pages.status import status_page
from sessioncrawler.site.render.environment import build_environment, encoded
from sessioncrawler.state import Icon, KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, knowledge, link, reached, room, sentences, sighting

TOLD = "It tells 10,001 rooms, of which the 1 oldest are taken: ROOMS_PER_SERVER"


def page(known, icons=None) -> str:
    template = build_environment().get_template("status.html")
    return " ".join(encoded(template, page=status_page(known, None, icons)).decode().split())


def test_a_server_with_more_rooms_than_are_taken_is_told():
    known = knowledge(reached(room(), over_limit=10_000), links=[link()])
    assert any(sentence.startswith(TOLD) for sentence in sentences(str(HOST), known))
    assert TOLD in page(known)
    fewer = knowledge(reached(room()), links=[link()])
    assert not any("ROOMS_PER_SERVER" in sentence for sentence in sentences(str(HOST), fewer))
    assert "ROOMS_PER_SERVER" not in page(fewer)


def test_how_pictures_fared_is_told():
    """One came, of one no icon could be made, one is another than came, one never came; one is not shown."""
    rooms = [room(token, image_id=7) for token in ("good", "bad", "new", "late")]
    hidden = room("hidden", image_id=7, read=False)
    known = knowledge(reached(*rooms, hidden), links=[link()])
    found = [("good", 7, True), ("bad", 7, False), ("new", 6, True)]
    icons = {(HOST.netloc, token): Icon(HOST.netloc, token, KEY, image, NOW, ok) for token, image, ok in found}
    told = page(known, icons)
    assert "Of 1 picture no icon could be made: too large, broken, or too costly to decode." in told
    assert "2 pictures have not come so far, and the next crawls ask for them" in told
    assert "ICON_CPU" in told
    assert "ICONS_SERVER_BUDGET" in told
    assert "icon could be made" not in page(known)
    assert "not come so far" not in page(
        known, {**icons, **{(HOST.netloc, t): icons[HOST.netloc, "good"] for t in ("new", "late")}}
    )


@pytest.mark.parametrize(("most", "full"), [(2, True), (3, False)])
def test_a_source_that_shows_as_many_links_as_are_taken_is_told(most, full):
    links = [sighting(link("a")), sighting(link("b")), sighting(link("c"), last=NOW - DAY)]
    known = knowledge(reached(room()), links=links, links_per_source=most)
    assert [one.full for one in status_page(known).sources] == [full]
    assert ("LINKS_PER_SOURCE" in page(known)) is full


@pytest.mark.parametrize(
    ("published_at", "known"),
    [(None, False), (NOW - 7 * DAY + 1, False), (NOW - 7 * DAY, True), (NOW - 90 * DAY, True)],
)
def test_a_server_is_new_until_it_was_published_for_a_week(published_at, known):
    key = KnownKey(KEY, HOST, first_proven=NOW - 99 * DAY, last_proven=NOW, published_at=published_at)
    (candidate,) = knowledge(links=[link()], keys=(key,)).candidates
    assert candidate.known is known


def test_a_server_of_the_directory_is_never_new():
    servers = f'[[servers]]\nurl = "{HOST}"\npublic_key = "{KEY}"\n'
    (candidate,) = knowledge(directory=servers).candidates
    assert candidate.claims == (KeyClaim(KEY, (DIRECTORY,)),)
    assert candidate.known

"""The page about keys, as a browser's parser reads it."""

from __future__ import annotations

from lxml import html

from sessioncrawler.model import KeyProof
from sessioncrawler.protocol.keys.log import KeyChange, KeyEvent, chained
from sessioncrawler.site.pages.keys import MOST, keys_page
from sessioncrawler.site.render.environment import build_environment, encoded
from sessioncrawler.text.keys import fingerprint
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, http, knowledge, link, reached, room
from tests.support.site_pages import assert_policy, words


def render(known):
    page = encoded(build_environment().get_template("keys.html"), page=keys_page(known)).decode()
    return html.document_fromstring(page)


def log(*events):
    found = []
    for event in events:
        found.append(chained(event, found[-1] if found else None))
    return tuple(found)


FIRST = KeyEvent(NOW - 2 * DAY, KeyChange.FIRST, str(HOST), OTHER)
CHANGED = KeyEvent(NOW - DAY, KeyChange.CHANGED, str(HOST), KEY, OTHER)


def test_it_tells_how_many_are_proven_and_what_happened():
    shown = reached(room("x"), address=http("old.example"), key=OTHER, key_proof=KeyProof.PREVIEW_PAGE)
    links = [link(), link(address=http("old.example"), key=OTHER)]
    tree = render(knowledge(reached(room()), shown, links=links, key_log=log(FIRST, CHANGED)))
    assert "Servers that answer: 2. Key proven: 1." in words(tree)
    newest, oldest = [words(item, ".") for item in tree.xpath("//ol[@class='log']/li")]
    assert "https://sogs.example. New key: join links with the former one are dead." in newest
    assert f"{fingerprint(KEY)} (before: {fingerprint(OTHER)})" in newest
    assert "Proven for the first time" in oldest
    assert tree.xpath("//ol/li/@id")[0] == log(FIRST, CHANGED)[1].sha256
    assert_policy(tree)


def test_it_shows_the_newest_of_a_long_log():
    entries = log(*[FIRST] * (MOST + 5))
    assert len(render(knowledge(key_log=entries)).xpath("//ol/li")) == MOST


def test_a_directory_that_proved_nothing_yet_has_the_page_too():
    assert "Nothing so far." in words(render(knowledge()))


def test_what_an_entry_says_is_text():
    evil = KeyEvent(NOW, "<script>", '"><svg onload=alert(1)>', KEY)
    tree = render(knowledge(key_log=log(evil)))
    assert not tree.xpath("//main//script | //main//svg")
    assert "<script>" in words(tree)

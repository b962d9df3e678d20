"""The status page: its context, and the page as a browser's parser reads it."""

import base64
import hashlib
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.explain.outcomes import NEVER_ASKED, NEW_KEY, OUTCOME_TEXTS, WRONG_KEYS
from sessioncrawler.model import Address, KeyProof, Outcome
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.status import SourceView, status_page
from sessioncrawler.site.render.environment import build_environment, encoded
from sessioncrawler.state import KnownKey, KnownPoll, State
from sessioncrawler.text.keys import fingerprint
from tests.support.knowing import (
    DAY,
    HOST,
    KEY,
    NOW,
    OTHER,
    claim,
    failed,
    http,
    knew,
    knowledge,
    link,
    reached,
    room,
    sighting,
)
from tests.support.publishing import SITE, community, publish

EXTRA = '[[sources]]\nurl = "https://list.example/"\n'


@cache
def environment():
    return build_environment()


def render(known):
    return encoded(environment().get_template("status.html"), page=status_page(known)).decode()


def text_of(element):
    return " ".join(element.text_content().split())


def cards(known, section):
    tree = html.document_fromstring(render(known))
    return [
        text_of(card) for card in tree.xpath(f"//section[@aria-labelledby='{section}']//li[contains(@class,'card')]")
    ]


def test_troubled_addresses_come_first_the_longest_first():
    known = knowledge(
        knew(failed(Outcome.DNS, address=http("b.example")), since=NOW - DAY),
        knew(failed(Outcome.TLS, address=http("a.example")), since=NOW - 2 * DAY, reached_at=NOW - 3 * DAY),
        reached(room(), room("x")),
        links=[link(address=http(f"{name}.example")) for name in ("a", "b", "never", "sogs")],
    )
    status = status_page(known)
    assert [view.address for view in status.troubled] == [
        "http://a.example", "http://b.example", "http://never.example",
    ]  # fmt: skip
    assert [view.address for view in status.fine] == ["https://sogs.example"]
    first, _, never = status.troubled
    assert (first.outcome, first.duration, first.since, first.last_success) == (
        "tls", "2 days", NOW - 2 * DAY, NOW - 3 * DAY,
    )  # fmt: skip
    assert (first.words, first.advice) == (OUTCOME_TEXTS[Outcome.TLS].words, OUTCOME_TEXTS[Outcome.TLS].advice)
    assert (never.outcome, never.words, never.duration) == ("unknown", NEVER_ASKED.words, "")
    assert (status.fine[0].rooms, status.fine[0].key) == (2, fingerprint(KEY))
    assert status.summary == "1 server answers, 3 addresses do not"
    assert status.url == "https://example.org/status/"


def test_addresses_of_one_server_are_one_entry():
    ip = Address("http", "192.0.2.1", 80)
    twice = room(created=5.0)
    known = knowledge(
        reached(twice, asked=http()),
        reached(twice, address=ip),
        links=[link(address=http()), sighting(link(address=ip), "session_directory")],
    )
    (view,) = status_page(known).fine
    assert view.address == "https://sogs.example"
    assert view.others == ("http://192.0.2.1", "http://sogs.example")
    assert view.sources == ("lokilocker", "session_directory")
    assert view.key_from == "it answers what only the holder of the key can read"


def test_when_a_key_was_proven_and_since_when_it_is_new():
    former = KnownKey(OTHER, HOST, NOW - 9 * DAY, NOW - 6 * DAY, lost_at=NOW - 5 * DAY)
    keys = (KnownKey(KEY, HOST, NOW - 5 * DAY, NOW - 720, shown_at=NOW), former)
    known = knowledge(reached(room()), links=[link()], keys=keys)
    (view,) = status_page(known).fine
    assert (view.proof, view.new_since, view.former_key) == (
        "key proven 12 minutes ago", NOW - 5 * DAY, fingerprint(OTHER),
    )  # fmt: skip
    (shown,) = cards(known, "fine")
    assert "key proven 12 minutes ago: it answers what only the holder of the key can read" in shown
    assert f"links with the former one are dead: {fingerprint(OTHER)}" in shown
    assert shown.endswith(NEW_KEY.advice)
    known = knowledge(reached(room()), links=[link()], keys=keys[:1])
    assert status_page(known).fine[0].healthy
    (shown,) = cards(known, "fine")
    assert "What its operator can do" not in shown


def test_differing_claims_are_shown_with_who_makes_them():
    claims = (claim(KEY, "preview page"), claim(OTHER, "lokilocker"))
    known = knowledge(reached(room(), claims=claims), links=[link(key=OTHER)])
    (view,) = status_page(known).fine
    assert [(one.key, one.by, one.believed) for one in view.claims] == [
        (fingerprint(KEY), ("preview page",), True),
        (fingerprint(OTHER), ("lokilocker",), False),
    ]
    assert view.advice == WRONG_KEYS.advice
    (shown,) = cards(known, "fine")
    assert f"{fingerprint(OTHER)} named by lokilocker" in shown
    assert shown.endswith(WRONG_KEYS.advice)


def test_an_unsettled_conflict_believes_nobody():
    claims = (claim(KEY, "lokilocker"), claim(OTHER, "session_directory"))
    (view,) = status_page(knowledge(failed(Outcome.KEY_CONFLICT, claims=claims))).troubled
    assert [one.believed for one in view.claims] == [False, False]
    assert (view.key, view.key_from) == ("", "")


def test_who_names_a_server_is_told():
    directory = f'[[servers]]\nurl = "https://sogs.example"\npublic_key = "{KEY}"\n'
    known = knowledge(
        failed(Outcome.REDIRECTED, aliases=(HOST,), address=http("old.example")),
        reached(room()),
        links=[link(), link(address=http("old.example"))],
        directory=directory,
    )
    (view,) = status_page(known).fine
    assert view.sources == ("directory.toml", "lokilocker", "a redirect from http://old.example")
    (shown,) = cards(knowledge(reached(room())), "troubled")
    assert "It is named by nobody any more, so it is not asked and nothing of it is listed." in shown
    assert "Named by nobody any more" in shown


def test_sources_and_how_they_do():
    links = [
        sighting(link("a")),
        sighting(link("b", http("dead.example"))),
        sighting(link("c"), last=NOW - DAY),
        sighting(link("d"), "old_list", NOW - 40 * DAY, NOW - 30 * DAY),
    ]
    known = knowledge(reached(room()), links=links, directory=EXTRA)
    assert status_page(known).sources == (
        SourceView("https://list.example/", 0, 0, 0, None, None, ""),
        SourceView("lokilocker", 3, 2, 1, NOW - DAY, NOW, ""),
        SourceView("old_list", 1, 1, 1, NOW - 40 * DAY, NOW - 30 * DAY, "1 month"),
    )
    silent, loki, old = cards(known, "sources")
    assert (
        silent == "https://list.example/ Join links now 0 of 0 ever seen Alive – (0) First seen never Last seen never"
    )
    assert "Join links now 2 of 3 ever seen Alive 50 % (1)" in loki
    assert old.endswith("(1 month ago)")
    known = knowledge(links=links, directory='[[sources]]\nurl = "https://old.example/"\n')
    assert [source.share for source in status_page(known).sources] == ["–", "0 %", "0 %"]


def test_a_source_of_the_directory_that_is_read_is_shown_once():
    known = knowledge(links=[sighting(link(), "https://list.example/")], directory=EXTRA)
    assert [source.ever for source in status_page(known).sources] == [1]


def test_an_empty_directory_has_a_page_all_the_same():
    tree = html.document_fromstring(render(knowledge()))
    assert [text_of(note) for note in tree.xpath("//section/p")] == [
        "None: every known server answers.", "None.", "None was read yet.",
    ]  # fmt: skip


def test_polls_of_machines_that_began_at_different_times_are_one_round():
    old = knew(failed(Outcome.TLS), at=NOW - DAY, since=NOW - DAY, reached_at=NOW - 2 * DAY)
    early = knew(failed(Outcome.DNS, address=http("b.example")), at=NOW - 3600, since=NOW - 5 * DAY)
    links = [link(address=http(f"{name}.example")) for name in ("sogs", "b", "c")]
    status = status_page(knowledge(old, early, reached(room(), address=http("c.example")), links=links))
    found = {view.address: (view.outcome, view.since, view.last_success) for view in (*status.troubled, *status.fine)}
    assert found == {
        "http://sogs.example": ("unknown", NOW - DAY, NOW - 2 * DAY),
        "http://b.example": ("dns", NOW - 5 * DAY, None),
        "http://c.example": ("reached", None, NOW),
    }


def test_who_wears_the_key_of_another_is_found_out_here():
    """The state holds what each address said by itself."""
    copy = reached(room("other"), address=http("copy.example"), key_proof=KeyProof.CLAIM)
    known = knowledge(reached(room()), copy, links=[link(), link(address=http("copy.example"))])
    (view,) = status_page(known).troubled
    assert (view.address, view.outcome, view.last_success) == ("http://copy.example", "key-copy", NOW)
    assert known.addresses["copy.example"].poll.rooms == ()


def test_rooms_are_never_named():
    secret = room("secretroom", "Secret name", description="Secret text")
    shown = render(knowledge(reached(secret), links=[link("secretroom")]))
    assert "ecret" not in shown


HOSTILE = ["<script>alert(1)</script>", '"><svg onload=alert(1)>', "</style>", "{{ 7 * 7 }}", "\u202e<b>", "\x1b]0;"]


def structure(page):
    return [(element.tag, element.get("class")) for element in html.document_fromstring(page).iter()]


@settings(deadline=None)  # a busy machine is no failure
@given(st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=40)))
def test_no_markup_of_strangers_survives(text):
    def page(detail, source):
        poll = failed(Outcome.RESET, f"x{detail}", claims=(claim(KEY, source), claim(OTHER, source)))
        return render(knowledge(poll, links=[sighting(link(), source)]))

    shown = page(text, f"s{text}")
    assert structure(shown) == structure(page("", "s"))
    assert not {"\x1b", "\u202e", "\x00"} & set(shown)


def test_the_page_stands_alone_under_a_strict_policy():
    known = knowledge(reached(room()), failed(Outcome.DNS, address=http("b.example")), links=[link()])
    page = render(known)
    tree = html.document_fromstring(page)
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    parts = re.findall(r"<(style|script)>(.*?)</", page, re.DOTALL)
    assert sorted(kind for kind, _ in parts) == ["script", "style"]
    for _, text in parts:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not tree.xpath("//img | //link[@rel='stylesheet'] | //*[@style] | //iframe")
    assert all(href.startswith(("#", "../")) for href in tree.xpath("//a/@href"))
    identifiers = tree.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    assert {href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")} <= set(identifiers)
    assert [heading.tag for heading in tree.xpath("//h1 | //h2 | //h3")] == ["h1", "h2", "h3", "h2", "h3", "h2", "h3"]


def test_the_style_uses_colours_that_there_are():
    base, own = (environment().loader.get_source(environment(), name)[0] for name in ("style.css", "status.css"))
    assert set(re.findall(r"var\((--[a-z-]+)\)", own)) <= set(re.findall(r"(--[a-z-]+):", base))


def test_the_page_is_published_from_the_state(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as opened:
        opened.record_sightings([sighting(link())], NOW)
        opened.record_polls([failed(Outcome.DNS)], NOW - DAY)
        opened.record_polls([failed(Outcome.DNS, "its name does not resolve")], NOW)
    done = publish([community()], {str(tmp_path / "site"): SITE}, tmp_path)
    assert done.errors == []
    shown = (tmp_path / "site" / "status" / "index.html").read_text()
    assert "its name does not resolve" in shown
    assert "21 January 2026" in shown  # when the failures began
    assert "https://sogs.example" in shown


def test_without_the_state_nothing_is_published(tmp_path):
    (tmp_path / "state.db").write_text("no database at all, and long enough to be taken for one" * 20)
    done = publish([community()], {str(tmp_path / "site"): SITE}, tmp_path)
    assert any("The site could not be rendered, so nothing is published: StateError" in line for line in done.errors)
    assert not (tmp_path / "site").exists()


def test_a_server_that_is_listed_leads_to_its_page():
    told = reached(room())
    lately = KnownPoll(failed(Outcome.DNS), NOW, NOW - DAY, NOW - DAY, told, NOW - DAY)
    for poll, expected in ((told, ["../s/1/index.html"]), (lately, ["../s/1/index.html"]), (failed(Outcome.DNS), [])):
        page = status_page(knowledge(poll, links=[link()]), {KEY: "s/1/"})
        tree = html.document_fromstring(encoded(environment().get_template("status.html"), page=page).decode())
        assert tree.xpath("//h3/a/@href") == expected
        assert tree.xpath("string(//h3)").strip() == str(HOST)


@pytest.mark.parametrize("code", LOCALES)
def test_it_is_told_in_every_language(code):
    known = knowledge(reached(room()), failed(Outcome.DNS, address=http("b.example")), links=[link()])
    page, english = status_page(known, language=(language := site_language(code))), status_page(known)
    text = encoded(build_environment(None, language).get_template("status.html"), page=page).decode()
    tree = html.document_fromstring(text)
    assert (tree.get("lang"), page.summary == english.summary) == (code, code == "en")
    advice = text_of(tree.xpath("//p[@class='advice']")[0])
    assert advice.endswith(language.gettext(told := english.troubled[0].advice))
    why = text_of(tree.xpath("//details//dd")[1])  # the key is believed
    assert (told in advice) == (english.troubled[0].words in text) == ("key" in why) == (code == "en")

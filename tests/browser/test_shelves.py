"""Without JavaScript: from the list to a language, to a topic, to a Community, and to a feed."""

from dataclasses import replace
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Tag
from sessioncrawler.pipelines.history import facts_of
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.state import Event, EventKind, Listed
from tests.browser.pages import hostile, simulated
from tests.browser.test_axe import violations
from tests.browser.test_html import mistakes
from tests.support.publishing import DIRECTORY, NOW, community

REPORT = 'report_url = "https://rooms.example/report?room={identifier}"\n'
TABLE = '[topics]\nlinux = ["linux"]\nmusic = ["music"]\nchat = ["offtopic", "nsfw chat"]\n'
ATOM = "{http://www.w3.org/2005/Atom}"
WITHOUT = {"java_script_enabled": False}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    """A whole site of ordinary and hostile rooms; one of them is about Linux, in German."""
    directory = parse_directory(DIRECTORY + REPORT + TABLE, "directory.toml")
    judge = Judge(directory, NOW)
    facts = {"description": "Alles über Linux.", "language": "de", "string_tags": ["linux"], "tags": [Tag("linux")]}
    wanted = community("pinguine", "Pinguine", **facts)
    items = [wanted, *map(replace, hostile()), *map(replace, simulated(40))]
    for item in items:
        room = replace(item.room, description=f"{item.description} {' '.join(f'#{tag}' for tag in item.string_tags)}")
        item.topics = judge.tags(item.server, room).topics
    events = [Event(NOW, EventKind.NEW, facts_of(wanted))]
    return write_site(items, DIRECTORY + REPORT + TABLE, tmp_path_factory.mktemp("shelved"), events=tuple(events))


def write_site(items, text, folder, **facts):
    """Every file of a site of ``items`` by the directory of that ``text``, in ``folder``."""
    items = sorted(items, key=lambda item: (item.identifier, item.server.public_key))
    listed = tuple(Listed(facts_of(item), NOW, NOW, None) for item in items)
    known = Knowledge(parse_directory(text, "directory.toml"), NOW, listed=listed, **facts)
    for path, content in files(Edition(known, items), OUTPUTS):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def test_chips_keep_what_links_can(visit, shelved):
    page = visit(shelved / "index.html").page
    with page.context.expect_page() as opened:
        page.click(".chips a:has-text('German')", modifiers=["Control"])
    assert opened.value.inner_text("h1") == "Communities in German"
    assert page.input_value("#filter") == ""
    page.click(".chips a:has-text('German')")
    assert page.input_value("#filter") == "lang:de"


def test_chips_are_the_shortest_way_to_a_language(visit, shelved):
    page = visit(shelved / "index.html", viewport=PHONE, **WITHOUT).page
    page.click(".chips a:has-text('German')")
    assert "Pinguine" in page.locator(".shelf h3").all_inner_texts()


def test_a_german_room_about_linux_is_found(visit, shelved):
    page = visit(shelved / "index.html", viewport=PHONE, **WITHOUT).page
    page.click("footer a:text-is('Languages and topics')")
    page.click("a:has-text('German')")
    assert page.inner_text("h1") == "Communities in German"
    german = set(page.locator(".shelf h3").all_inner_texts())
    page.click("a:text-is('All languages and topics')")
    page.click("a:has-text('Linux and free software')")
    assert page.inner_text("h1") == "Linux and free software"
    assert "Pinguine" in german & set(page.locator(".shelf h3").all_inner_texts())
    page.click(".shelf bdi:text-is('Pinguine')")
    assert page.inner_text("h1") == "Pinguine"


def test_a_feed_of_a_topic_is_followed(visit, shelved):
    page = visit(shelved / "fr/topic/linux/index.html", **WITHOUT).page
    assert page.inner_text("h1") == "Linux et logiciels libres"
    href = page.get_attribute("link[type='application/atom+xml']", "href")
    assert page.get_attribute("a:has-text('(flux)')", "href") == href
    feed = (shelved / "fr/topic/linux" / href).resolve()
    titles = [one.text for one in ET.fromstring(feed.read_bytes()).iter(f"{ATOM}title")]
    assert titles == ["Rooms & more: Linux and free software", "New: Pinguine"]
    assert "feed/topic/linux.xml" in (shelved / "feed/index.opml").read_text()


def test_every_shelf_is_there_in_every_tongue_and_in_the_sitemap(shelved):
    sitemap = (shelved / "sitemap.xml").read_text()
    for code in LOCALES:
        folder = "" if code == "en" else f"{code}/"
        for path in ("browse/", "language/de/", "topic/linux/"):
            assert (shelved / folder / path / "index.html").is_file()
            assert f"<loc>https://example.org/{folder}{path}</loc>" in sitemap
    assert 'hreflang="fa" href="https://example.org/fa/topic/linux/"' in sitemap


def test_every_link_of_a_shelf_leads_to_a_file(visit, shelved):
    for path in ("browse", "fa/browse", "language/en", "zh/topic/linux"):
        page = visit(shelved / path / "index.html", **WITHOUT).page
        links = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
        for href in links:
            link = urlsplit(href)
            if not link.scheme and link.path:
                assert (shelved / path / unquote(link.path)).resolve().is_file(), (path, href)


@pytest.mark.parametrize("path", ["browse", "fa/browse", "language/en", "fa/topic/linux"])
def test_shelves_have_no_violation_and_no_mistake(visit, shelved, path):
    for width in (360, 1280):
        page = visit(shelved / path / "index.html", viewport={"width": width, "height": 800}).page
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert mistakes((shelved / path / "index.html").read_text()) == []

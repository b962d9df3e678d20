"""All that is known of one Community, its address, its QR code, and the ways in and out."""

import io
import time
from urllib.parse import quote

import pytest
import zxingcpp
from PIL import Image

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room, Server, Sighting, Tag
from sessioncrawler.state import KnownKey, KnownPoll
from tests.browser import pages
from tests.support.publishing import NOW

SERVER = Server(Address("http", "rooms.example.org", 8080), "ab12" * 16)
ID = f"books+{SERVER.server_id}"
LINK = f"http://rooms.example.org:8080/books?public_key={'ab12' * 16}"
BOOKS = CommunityItem(
    SERVER,
    Room(
        "books",
        "Book Club",
        active_users=70,
        active_users_cutoff=604_800,
        created=NOW - 400 * 86_400,
        message_sequence=12_345,
        admins=("a", "b"),
        moderators=("b", "c"),
        read=True,
        write=True,
        upload=False,
    ),
    "One book a month.\n\n" + "And talk about it. " * 30,
    [Tag("books"), Tag("reading")],
    language="en",
    language_from="guess",
)
BARE = CommunityItem(Server(SERVER.address, "cd" * 32, has_preview=False), Room("bare", "Bare"))
ADULT = CommunityItem(SERVER, Room("adult", "Adult"), tags=[Tag("books")], nsfw_reason="word")
DIALOG = "dialog[open]"


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return pages.write([BOOKS, BARE, ADULT], tmp_path_factory.mktemp("dialog"))


def facts(page):
    return dict(
        page.eval_on_selector_all(
            f"{DIALOG} [data-fact]",
            "all => all.filter(e => e.checkVisibility()).map(e => [e.dataset.fact, e.innerText])",
        )
    )


def test_everything_is_told(visit, rooms):
    page = visit(rooms, f"#{ID}").page
    assert page.inner_text(f"{DIALOG} h2") == "Book Club"
    told = facts(page)
    assert told.pop("description").startswith("One book a month.\n\nAnd talk about it.")
    assert told.pop("tags").split() == ["books", "reading"]
    assert told.pop("created").startswith("18 December 2024 (")
    assert told == {
        "monogram": "B",
        "identifier": ID,
        "line": "🇺🇸 English? · 70 a week",
        "qr": "",
        "link": LINK,
        "page": "More about it",
        "preview": "Look inside",
        "activity": "12,345 posts, edits and deletions since it was created",
        "staff": "admins: 2, moderators: 1",
        "reading": "yes",
        "writing": "yes",
        "uploads": "no",
        "address": "http://rooms.example.org:8080",
        "key": " ".join(["ab12"] * 16),
    }
    assert page.get_attribute(f"{DIALOG} a[data-fact=preview]", "href") == "http://rooms.example.org:8080/r/books/"


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        (KeyProof.ONION, "proven 3 hours ago; new key since 20 January 2026"),
        (KeyProof.PREVIEW_PAGE, "shown by its preview page"),
        (KeyProof.CLAIM, "sources that claim it: 1"),
    ],
)
def test_why_the_key_is_believed_is_told(visit, tmp_path, proof, shown):
    at = int(time.time()) - 3 * 3600 - 60
    poll = Poll(SERVER.address, Outcome.REACHED, server=SERVER, key_proof=proof)
    former = KnownKey("cd" * 32, SERVER.address, 1, 2, lost_at=NOW - 2 * 86_400)
    known = {
        "sightings": (Sighting(JoinLink(SERVER.address, "books", SERVER.public_key), "lokilocker", (), NOW, NOW),),
        "polls": (KnownPoll(poll, NOW, NOW, None),),
        "keys": (KnownKey(SERVER.public_key, SERVER.address, 1, at), former),
    }
    told = facts(visit(pages.write([BOOKS], tmp_path, **known), f"#{ID}").page)
    assert told["proof"] == shown


def test_what_is_unknown_is_left_out(visit, rooms):
    told = facts(visit(rooms, "#bare+cdcd").page)
    assert {"created", "activity", "tags", "preview", "description"}.isdisjoint(told)
    assert {"line", "sources", "proof"}.isdisjoint(told)
    assert (told["staff"], told["reading"]) == ("not shown by the server", "unknown")


@pytest.mark.parametrize("fragment", [f"#{ID}", "#books+ab12", f"#books%2B{SERVER.server_id}", f"#{ID[:-2]}"])
def test_permalinks_of_all_years_open_it(visit, rooms, fragment):
    assert visit(rooms, fragment).page.inner_text(f"{DIALOG} h2") == "Book Club"


@pytest.mark.parametrize(
    ("fragment", "query", "names"),
    [
        ("#q=book", "book", ["Book Club"]),
        ("#q=club+%23books", "club #books", ["Book Club"]),
        ("#books", "#books", ["Book Club"]),
        ("#%23books", "#books", ["Book Club"]),
        ("#%E0%A4%A", "", ["Bare", "Book Club"]),
        ("#q=&sort=name-", "", ["Book Club", "Bare"]),
        ("#sort=constructor", "", ["Book Club", "Bare"]),
        ("#communities", "", ["Book Club", "Bare"]),
        ("#book-shop+abcd", "book shop", ["Book Club"]),
        ("#vanished+abcd", "", ["Bare", "Book Club"]),
    ],
)
def test_other_addresses(visit, rooms, fragment, query, names):
    visitor = visit(rooms, fragment)
    assert visitor.page.input_value("#filter") == query
    assert sorted(visitor.names()) == sorted(names)
    assert visitor.page.locator(DIALOG).count() == 0
    assert visitor.page.locator("#nothing").is_hidden()


def test_what_is_gone_is_said_and_what_looks_like_it_where_there_is_any(visit, rooms):
    told = visit(rooms, "#book-shop+abcd").page.inner_text("#count")
    assert told == "book-shop+abcd is not listed here any more. This is what looks like it."
    page = visit(rooms, "#vanished+abcd").page
    assert page.inner_text("#count") == "vanished+abcd is not listed here any more."
    assert page.locator("#clear").is_hidden()


def test_it_has_an_address_and_the_back_button_works(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    visitor.seek("book")
    page.click("#communities h2 a >> nth=0")
    assert visitor.hash == f"#{ID}"
    page.go_back()
    page.wait_for_selector(DIALOG, state="detached")
    assert (visitor.hash, page.input_value("#filter")) == ("#q=book", "book")
    page.go_forward()
    page.wait_for_selector(DIALOG)
    page.reload()
    assert page.input_value("#filter") == "book"
    page.click(f"{DIALOG} [data-act=close]")
    visitor.until("location.hash === '#q=book'")
    page.go_back()
    visitor.until("location.hash === ''")
    assert page.input_value("#filter") == ""


@pytest.mark.parametrize("way", ["escape", "button", "backdrop"])
@pytest.mark.parametrize("direct", [True, False])
def test_ways_out(visit, rooms, way, direct):
    visitor = visit(rooms, f"#{ID}" if direct else "")
    page = visitor.page
    if not direct:
        page.focus(f"[id='{ID}'] h2 a")
        page.keyboard.press("Enter")
    page.wait_for_selector(DIALOG)
    visitor.until("document.activeElement.id === 'details-name'")
    if way == "escape":
        page.keyboard.press("Escape")
    elif way == "button":
        page.click(f"{DIALOG} [data-act=close]")
    else:
        page.mouse.click(5, 5)
    visitor.until("location.hash === ''")
    assert page.locator(DIALOG).count() == 0
    assert page.evaluate("history.length") == 2 + (not direct)
    assert direct or "Book Club" in visitor.focused


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_qr_code_is_the_join_link(visit, rooms, scheme, width):
    page = visit(rooms, f"#{ID}", color_scheme=scheme, viewport={"width": width, "height": 900}).page
    if width < 700:
        page.click(f"{DIALOG} [data-act=scan]")
        assert page.get_attribute(f"{DIALOG} [data-act=scan]", "aria-expanded") == "true"
    shot = page.locator(f"{DIALOG} svg").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))
    assert (code.text, str(code.format)) == (LINK, str(zxingcpp.BarcodeFormat.QRCode))
    assert page.get_attribute(f"{DIALOG} svg", "aria-label") == "QR code of the join link"


@pytest.mark.parametrize("path", ["x" * 64, "a"])
def test_qr_codes_of_the_longest_and_the_shortest_link(visit, tmp_path, path):
    host = ".".join(["long-name" * 5] * 4) if len(path) > 1 else "a.b"
    server = Server(Address("https", host, 65_535), "0" * 64)
    item = CommunityItem(server, Room(path, "Room"))
    page = visit(pages.write([item], tmp_path), f"#{item.identifier}").page
    shot = page.locator(f"{DIALOG} svg").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)).resize((900, 900)))
    assert code.text == server.join_link(item.room).url


def test_copying_and_sharing(visit, rooms):
    visitor = visit(rooms, f"#{ID}", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.click(f"{DIALOG} [data-act=copy]")
    visitor.until("document.querySelector('#status').textContent === 'Copied to the clipboard'")
    assert page.inner_text(f"{DIALOG} [data-act=copy]") == "Copied"
    assert page.evaluate("navigator.clipboard.readText()") == LINK
    assert page.inner_text("#details-next").startswith("Now open Session → plus sign → “Join Community” → paste.")
    page.click(f"{DIALOG} [data-act=share]")
    visitor.until(f"navigator.clipboard.readText().then(text => text === 'https://example.org/c/{quote(ID)}/')")
    page.keyboard.press("Escape")
    page.click(f"[id='{ID}'] button.copy")
    visitor.until(f"navigator.clipboard.readText().then(text => text === '{LINK}')")
    assert page.get_attribute("#toast a", "href") == "https://getsession.org/"
    page.click("#toast-close")
    assert page.locator("#toast").is_hidden()


def test_the_system_shares_where_it_can(visit, rooms):
    visitor = visit(rooms)
    visitor.page.evaluate("navigator.share = (what) => { window.shared = what; return Promise.resolve(); }")
    visitor.page.click(f"[id='{ID}'] h2 a")
    visitor.page.click(f"{DIALOG} [data-act=share]")
    assert visitor.page.evaluate("shared") == {"title": "Book Club", "url": f"https://example.org/c/{quote(ID)}/"}


def test_copying_without_a_clipboard_selects(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false")
    page.click(f"[id='{ID}'] button.copy")
    visitor.until(f"getSelection().toString() === '{LINK}'")
    assert page.inner_text(f"[id='{ID}'] button.copy").startswith("Press Ctrl+C")
    assert page.locator("#toast").is_hidden()
    page.goto(page.url + f"#{ID}")
    page.click(f"{DIALOG} [data-act=share]")
    assert page.inner_text(f"{DIALOG} [data-act=share]") == "Press Ctrl+C"


def test_a_tag_leads_to_what_else_has_it(visit, rooms):
    visitor = visit(rooms, f"#{ID}")
    page = visitor.page
    page.click(f"{DIALOG} .tags button:has-text('books')")
    assert (visitor.hash, page.input_value("#filter")) == ("#q=%23books", "#books")
    assert visitor.names() == ["Book Club"]
    page.go_back()
    page.wait_for_selector(DIALOG)


def test_surprise_opens_one_that_is_shown(visit, rooms):
    visitor = visit(rooms)
    visitor.seek("bare")
    visitor.page.click("#surprise")
    assert visitor.page.inner_text(f"{DIALOG} h2") == "Bare"
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_selector(DIALOG, state="detached")
    visitor.seek("nothing at all")
    visitor.page.click("#surprise")
    assert visitor.page.locator(DIALOG).count() == 0


def test_a_link_to_what_is_not_safe_for_work_is_honoured(visit, rooms):
    visitor = visit(rooms, f"#adult+{SERVER.server_id}")
    assert visitor.page.inner_text(f"{DIALOG} h2") == "Adult"

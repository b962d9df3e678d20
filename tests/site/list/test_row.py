"""A row of the list, as a browser's parser reads it."""

import json

from sessioncrawler.model import Address, Server, Tag, TagKind
from sessioncrawler.site.list.page import EAGER, LATER
from sessioncrawler.text.names import LEAD_LENGTH
from tests.site.list.test_index import facts, parse
from tests.support.publishing import NOW, community


def test_a_row_shows_everything():
    server = Server(Address("https", "sogs.example", 443), "ab" * 32)
    long = "First words. " + "and more " * 60
    tree = parse(
        community(
            "general",
            "العربية",
            server=server,
            description=long,
            tags=[Tag("chat"), Tag("official", TagKind.RESERVED), Tag("nsfw", TagKind.WARNING)],
            topics=("talk",),
            language="ar",
            language_from="tag",
            nsfw_reason="tag",
            pinned=True,
            created=NOW - 86_400 * 70,
            message_sequence=1000,
            admins=("a", "a"),
            moderators=("a", "b", "c"),
            read=True,
            write=True,
            upload=False,
            active_users=1234,
            active_users_cutoff=604_800,
        )
    )
    (row,) = tree.xpath("//ul[@id='communities']/li")
    identifier = f"general+{server.server_id}"
    assert row.get("id") == identifier
    assert row.get("class") == "nsfw pinned"
    assert facts(tree) == [
        {
            "text": long.strip(),
            "language": "ar",
            "visitors": 1234,
            "created": NOW - 86_400 * 70,
            "read": True,
            "write": True,
            "upload": False,
            "admins": 1,
            "moderators": 2,
            "posts": 1000,
            "badges": ["official", "nsfw"],
            "nsfw": "tag",
            "tags": ["chat"],
            "topics": ["talk"],
            "preview": "/r/general/",
            "server": 0,
        }
    ]
    servers = json.loads(tree.xpath("string(//script[@id='facts'])"))["servers"]
    assert servers == [{"url": "https://sogs.example", "key": "ab" * 32}]
    (link,) = row.xpath("h2/a")
    assert (link.text, link.get("lang"), link.get("dir")) == ("العربية", "ar", "auto")
    assert link.get("href") == f"c/general%2B{server.server_id}/index.html"
    assert row.xpath("string(p[@class='text'])").startswith("First words. and more")
    assert len(row.xpath("string(p[@class='text'])")) <= LEAD_LENGTH
    assert row.xpath("normalize-space(.//*[@class='language'])") == "🇪🇬 Arabic"
    assert row.xpath("h2/span/@class") == ["mark reserved", "mark warning", "mark reserved"]
    assert row.xpath("h2/span/@title") == [
        "Run by the makers of Session",
        "Not safe for work: a tag of its operators says so",
    ]
    assert row.xpath("normalize-space(.//*[@class='visitors'])") == "1.2K a week"
    assert row.xpath("string(.//*[@class='visitors']/@title)") == "Visitors a week: 1,234"
    assert row.xpath("string(.//*[@class='server'])") == "sogs.example"
    (button,) = row.xpath("button")
    assert button.text_content() == "Copy: العربية"


def test_a_row_has_few_elements():
    tree = parse(community(description="All about it.", language="de", active_users=5, active_users_cutoff=604_800))
    (row,) = tree.xpath("//ul[@id='communities']/li")
    assert len(list(row.iter())) <= 15


def test_what_is_unknown_is_left_out():
    tree = parse(community(server=Server(Address("https", "sogs.example", 443), "ab" * 32, has_preview=False)))
    (row,) = tree.xpath("//ul[@id='communities']/li")
    assert facts(tree) == [{"server": 0}]
    assert row.xpath(".//*[@class='language' or @class='visitors' or @class='activity' or @class='text']") == []
    assert row.xpath("h2/span") == []


def test_a_guess_is_marked():
    (row,) = parse(community(language="de", language_from="guess")).xpath("//ul[@id='communities']/li")
    assert row.xpath("string(.//*[@class='language']/@title)") == "Guessed from its description"
    assert row.xpath("normalize-space(.//*[@class='language'])") == "🇩🇪 German?"
    assert row.xpath("h2/a/@lang") == []


def test_an_icon_takes_the_place_of_the_monogram():
    tree = parse(community("a", icon="icons/0123-a-7.webp"), community("b"))
    (icon,) = tree.xpath("//li//img")
    assert (icon.get("src"), icon.get("alt")) == ("icons/0123-a-7.webp", "")
    assert len(tree.xpath("//li/span[contains(@class, 'monogram')]")) == 1


def test_the_first_icons_are_loaded_at_once():
    rooms = [community(f"r{n}", icon=f"icons/{n}.webp") for n in range(EAGER + 3)]
    loading = [icon.get("loading") for icon in parse(*rooms).xpath("//li/img")]
    assert loading == [None] * EAGER + ["lazy"] * 3


def test_rows_below_a_phones_first_screen_wait_for_it():
    rows = parse(*[community(f"r{n}") for n in range(LATER.stop + 3)]).xpath("//ul[@id='communities']/li")
    assert [number for number, row in enumerate(rows, start=1) if "data-later" in row.attrib] == list(LATER)

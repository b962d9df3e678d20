"""The rooms of the 2026 directory, fed through our pipelines: the same values, save for what is meant to differ."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import DEFAULT_PORTS, Address, Room, Server
from tests.support.open_data import files, polled, run

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "../shared/realworld/servers-2026-01-22.json"
LANGUAGES = {
    "🇬🇧": "en", "🇵🇹": "pt", "🇩🇪": "de", "🇪🇸": "es", "🇫🇷": "fr", "🇮🇹": "it", "🇳🇱": "nl", "🇷🇺": "ru", "🇨🇿": "cs",
    "🇭🇮": "hi", "🇮🇩": "id", "🇰🇷": "ko", "🇵🇱": "pl", "🇮🇷": "fa", "🇭🇰": "yue", "🇨🇳": "zh", "🌐": "mul",
}  # fmt: skip
"""The language behind a flag. The recorded file tells flags alone: who chose them, its tags or its table, is lost."""
UNLISTED = {"groups+13f64d1a", "icon+576e12ba", "emergency+fe930aa7", "moderation+fe930aa7"}
"""Tagged ``unlisted`` by their operators; the 2026 directory published them all the same."""
TESTS = {"test+13f64d1a"}
"""Tagged ``test``, which is off record too."""
CLOSED = {"abuse+8ed991f9"}
"""Neither readable nor writable, which is off record as well."""
OFF_RECORD = UNLISTED | TESTS | CLOSED
DIFFERENCES = {
    # Tags: that directory's own rooms, which are not ours.
    ("session+118d818a", "tags"): "we're here is said of our own rooms",
    ("sogops+118d818a", "tags"): "the same, and directory.toml pins it",
    # A full-width space before the tags does not keep "Tags:" in the text.
    ("pcf+fe930aa7", "description"): "Tags: is cut",
    # HI is no country; Hindi is spoken in India.
    ("india+13f64d1a", "language_flag"): "🇮🇳",
}


@pytest.fixture(scope="module")
def recorded():
    if not RECORDED.exists():
        pytest.skip("the recorded directory of 2026 is not here")
    return json.loads(RECORDED.read_text())


@pytest.fixture(scope="module")
def site(recorded, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    rules = (ROOT / "directory.toml").read_text().partition("\n[languages]\n")[0] + "\n"
    rules += "[languages]\n" + "".join(
        f'"{identifier}" = "{LANGUAGES[room["language_flag"]]}"\n'
        for identifier, room in rooms(recorded).items()
        if room["language_flag"]
    )
    items = [community(server_of(shape), room) for shape in recorded for room in shape["rooms"]]
    assert run(folder, [*items, polled()], directory=rules).errors == []
    return files(folder)


def server_of(shape):
    url = urlsplit(shape["base_url"])
    address = Address(url.scheme, url.hostname, url.port or DEFAULT_PORTS[url.scheme])
    return Server(address, shape["pubkey"], proven=True)


def community(server, shape):
    """The room as its server tells it: with its tags at the end of the description."""
    tags = [f"#{tag}" for tag in shape["string_tags"]]
    facts = {key: tuple(value) if isinstance(value, list) else value for key, value in shape.items()}
    facts = {key: value for key, value in facts.items() if key in Room.__dataclass_fields__}
    return CommunityItem(server, Room(**facts | {"description": shape["description"] + " ".join(tags)}))


def rooms(servers):
    return {f"{room['token']}+{server['server_id']}": room for server in servers for room in server["rooms"]}


def test_servers_json_has_the_recorded_values(recorded, site):
    then, now = rooms(recorded), rooms(json.loads(site["servers.json"]))
    assert set(then) - set(now) == OFF_RECORD
    assert set(now) <= set(then)
    differing = {
        (identifier, field)
        for identifier, room in now.items()
        for field in room.keys() | then[identifier].keys()
        if room.get(field) != then[identifier].get(field)
    }
    assert differing == set(DIFFERENCES)
    for identifier, field in differing:
        if field == "language_flag":
            assert now[identifier][field] == DIFFERENCES[identifier, field]
        if field == "tags":
            then_only = {tag["text"] for tag in then[identifier][field]} - {
                tag["text"] for tag in now[identifier][field]
            }
            now_only = {tag["text"] for tag in now[identifier][field]} - {
                tag["text"] for tag in then[identifier][field]
            }
            assert then_only == {"we're here"}
            assert now_only == ({"pinned"} if identifier.startswith("sogops") else set())


def test_servers_json_has_the_recorded_servers(recorded, site):
    names = ("base_url", "pubkey", "server_id")
    assert [[server[name] for name in names] for server in json.loads(site["servers.json"])] == [
        [server[name] for name in names] for server in recorded
    ]


def test_the_listing_provider_tells_the_same(recorded, site):
    then = rooms(recorded)
    keys = {server["server_id"]: server["pubkey"] for server in recorded}
    listing = json.loads(site["listing/all"])
    assert {**listing, "rooms": len(then) - len(OFF_RECORD)} in json.loads(site["listings"])
    for entry in listing["rooms"]:
        url = urlsplit(entry["room_extra"]["join_url"])
        (server_id,) = [one for one, key in keys.items() if url.query == f"public_key={key}"]
        identifier = f"{entry['room']['token']}+{server_id}"
        for field, value in entry["room"].items():
            if (identifier, field) not in DIFFERENCES:
                assert value == then[identifier][field]
        for field in ("language_flag", "tags"):
            if (identifier, field) not in DIFFERENCES:
                assert entry["room_extra"][field] == then[identifier][field]


def test_weekly_numbers_follow_from_the_recorded_ones(recorded, site):
    then = rooms(recorded)
    for record in json.loads(site["v1/communities.json"])["communities"]:
        room = then[record["identifier"]]
        assert record["weekly_active_users"] == room["active_users"] * 604_800 // room["active_users_cutoff"]
        assert record["nsfw"]["value"] == ({"text": "nsfw", "type": "warning"} in room["tags"])


def test_every_tag_has_a_text(site):
    tags = {tag["text"] for room in rooms(json.loads(site["servers.json"])).values() for tag in room["tags"]}
    texts = json.loads(site["tags.json"])
    assert set(texts) == tags
    assert list(texts) == sorted(texts)
    assert all(texts.values())

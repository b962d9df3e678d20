from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sessioncrawler.editorial.config import Collection, CollectionRating
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import DEFAULT_PORTS, Address, Room, Server, Tag, TagKind
from sessioncrawler.opendata import directory_2026
from tests.support.publishing import community

RECORDED = Path(__file__).parents[2] / "../shared/realworld/servers-2026-01-22.json"


def flag(code):
    return {"de": "🇩🇪"}.get(code, code)


def servers(communities, flag=flag):
    return json.loads(directory_2026.servers_json_2026(communities, flag))


def item(server, room):
    """The Community that a room of the recorded file describes; its flag stands for its language."""
    facts = {key: tuple(value) if isinstance(value, list) else value for key, value in room.items()}
    return CommunityItem(
        server,
        Room(**{key: value for key, value in facts.items() if key in Room.__dataclass_fields__}),
        description=room["description"],
        tags=[Tag(tag["text"], TagKind(tag["type"])) for tag in room["tags"]],
        string_tags=room["string_tags"],
        language=room["language_flag"],
    )


def test_the_recorded_directory_comes_out_as_it_went_in():
    if not RECORDED.exists():
        pytest.skip("the recorded directory of 2026 is not here")
    recorded = json.loads(RECORDED.read_text())
    items = []
    for shape in recorded:
        url = urlsplit(shape["base_url"])
        server = Server(Address(url.scheme, url.hostname, url.port or DEFAULT_PORTS[url.scheme]), shape["pubkey"])
        assert server.server_id == shape["server_id"]
        items += [item(server, room) for room in shape["rooms"]]
    assert json.dumps(servers(items[::-1], str)) == json.dumps(
        [{**shape, "rooms": sorted(shape["rooms"], key=lambda room: room["token"])} for shape in recorded]
    )


def test_what_a_server_does_not_tell_is_null():
    ((room,),) = (server["rooms"] for server in servers([community()]))
    assert room["active_users"] is room["created"] is room["read"] is room["image_id"] is None
    assert room["language_flag"] == ""
    assert room["tags"] == room["admins"] == []


def test_strangers_text_can_be_written():
    hostile = community(
        name="\ud800", description="\udfff", tags=[Tag("\ud800")], string_tags=["\ud800"], language="de"
    )
    ((room,),) = (server["rooms"] for server in servers([hostile]))
    assert room["name"] == room["description"] == room["tags"][0]["text"] == room["string_tags"][0] == "\ufffd"
    assert room["language_flag"] == "🇩🇪"


def test_a_guess_has_no_flag_where_nothing_can_say_that_it_is_one():
    said = [community(origin, language="de", language_from=origin) for origin in ("guess", "table", "tag")]
    ((*rooms,),) = (server["rooms"] for server in servers(said))
    assert [room["language_flag"] for room in rooms] == ["", "🇩🇪", "🇩🇪"]


def test_servers_with_one_id_stay_apart():
    address = Address("https", "a.example", 443)
    found = servers([community(server=Server(address, "abcd" + end * 60)) for end in "10"])
    assert [server["pubkey"][-1] for server in found] == ["0", "1"]
    assert found[0]["server_id"] == found[1]["server_id"]


def test_the_same_items_in_any_order_give_the_same_bytes():
    other = Server(Address("http", "sogs.example", 80), "0" * 64)
    items = [community(token, server=server) for token in "cab" for server in (community().server, other)]
    assert directory_2026.servers_json_2026(items, flag) == directory_2026.servers_json_2026(items[::-1], flag)


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        directory_2026.servers_json_2026([community(created=float("nan"))], flag)


def test_a_safe_collection_leaves_out_what_is_marked():
    marked = community("a", tags=[Tag("nsfw", TagKind.WARNING)])
    choice = Collection("x", "X", CollectionRating.SAFE, exclude=(Pattern.parse("c+118d"),), everything=True)
    rooms = [community("c"), community("b"), marked]
    assert json.loads(directory_2026.collections_json([choice], rooms)) == [
        {"id": "x", "name": "X", "rating": "safe", "rooms": 1}
    ]
    ((name, body),) = directory_2026.collection_files([choice], rooms, flag)
    (entry,) = json.loads(body)["rooms"]
    assert (name, entry["room"]["token"]) == ("x", "b")
    assert list(entry["room"]) == list(directory_2026.SOGS_FIELDS)


def test_collections_are_arrays_of_what_is_listed(site):
    summaries = json.loads(site["listings"])
    assert [(one["id"], one["rooms"]) for one in summaries] == [("all", 4), ("safe", 1), ("none", 0)]
    assert json.loads(site["listing/none"])["rooms"] == []
    for one in summaries:
        whole = json.loads(site[f"listing/{one['id']}"])
        assert {**whole, "rooms": len(whole["rooms"])} == one
    (entry,) = json.loads(site["listing/safe"])["rooms"]
    assert entry["room"]["token"] == "linux"
    assert entry["room"]["message_sequence"] == 3
    assert entry["room_extra"]["join_url"].startswith("https://sogs.example/linux?public_key=118d")
    assert entry["room_extra"]["language_flag"] == "🇩🇪"
    assert entry["room_extra"]["tags"] == [{"text": "linux", "type": "user"}, {"text": "свобода", "type": "user"}]


def test_tags_have_texts():
    tags = [Tag("zebra"), Tag("new", TagKind.RESERVED), Tag("later", TagKind.RESERVED)]
    told = json.loads(directory_2026.tags_json([community(tags=tags)]))
    assert told == {
        "later": "A tag that this directory gave",
        "new": "Was created within the last four weeks",
        "zebra": "A tag that operators of Communities chose",
    }
    assert list(told) == sorted(told)

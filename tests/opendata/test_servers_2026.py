import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import DEFAULT_PORTS, Address, Room, Server, Tag, TagKind
from sessioncrawler.opendata.servers_2026 import server_shapes, tag_shape
from tests.support.publishing import community

RECORDED = Path(__file__).parents[2] / "../shared/realworld/servers-2026-01-22.json"


def flag(code):
    return {"de": "🇩🇪"}.get(code, code)


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
    shapes = server_shapes(items[::-1], str)
    assert json.dumps(shapes) == json.dumps(
        [{**shape, "rooms": sorted(shape["rooms"], key=lambda room: room["token"])} for shape in recorded]
    )


def test_what_a_server_does_not_tell_is_null():
    ((room,),) = (shape["rooms"] for shape in server_shapes([community()], flag))
    assert room["active_users"] is room["created"] is room["read"] is room["image_id"] is None
    assert room["language_flag"] == ""
    assert room["tags"] == room["admins"] == []


def test_strangers_text_can_be_written():
    shapes = server_shapes(
        [community(name="\ud800", description="\udfff", tags=[Tag("\ud800")], string_tags=["\ud800"], language="de")],
        flag,
    )
    assert "\\ud" not in json.dumps(shapes[0]["rooms"][0]).replace("\\ufffd", "").replace(
        "\\ud83c\\udde9\\ud83c\\uddea", ""
    )
    assert shapes[0]["rooms"][0]["language_flag"] == "🇩🇪"


def test_tags():
    assert tag_shape(Tag("nsfw", TagKind.WARNING)) == {"text": "nsfw", "type": "warning"}


def test_servers_with_one_id_stay_apart():
    address = Address("https", "a.example", 443)
    servers = [Server(address, "abcd" + end * 60) for end in "10"]
    shapes = server_shapes([community(server=server) for server in servers], flag)
    assert [shape["pubkey"][-1] for shape in shapes] == ["0", "1"]
    assert shapes[0]["server_id"] == shapes[1]["server_id"]

import json

import pytest

from sessioncrawler.model import Address, Server
from tests.support.publishing import KEY, community, publish


def test_the_data_is_written(tmp_path):
    target = tmp_path / "servers.json"
    items = [community("b", "Zwei 🇩🇪", language="de"), community("a", 'Quote "\u2028\ud800')]
    published = publish(items, {str(target): {"format": "servers.json"}}, tmp_path)
    text = target.read_text()
    assert text.endswith("]\n")
    assert "Zwei 🇩🇪" in text
    (server,) = json.loads(text)
    assert server["base_url"] == "https://sogs.example"
    assert server["pubkey"] == KEY
    assert [(room["token"], room["language_flag"]) for room in server["rooms"]] == [("a", ""), ("b", "🇩🇪")]
    assert server["rooms"][0]["name"] == 'Quote "\u2028\ufffd'
    assert published.stats["publish/communities"] == 2


def test_a_guess_has_no_flag_where_nothing_can_say_that_it_is_one(tmp_path):
    said = [community(origin, language="de", language_from=origin) for origin in ("guess", "table", "tag")]
    publish(said, {str(tmp_path / "servers.json"): {"format": "servers.json"}}, tmp_path)
    (server,) = json.loads((tmp_path / "servers.json").read_text())
    assert [room["language_flag"] for room in server["rooms"]] == ["", "🇩🇪", "🇩🇪"]


@pytest.mark.parametrize(
    ("indent", "beginning"),
    [(None, '[{"base_url":"https'), (1, '[\n {\n  "base_url": "https'), (0, '[\n{\n"base_url": ')],
)
def test_indent(tmp_path, indent, beginning):
    target = tmp_path / "servers.json"
    publish([community()], {str(target): {"format": "servers.json", "indent": indent}}, tmp_path)
    assert target.read_text().startswith(beginning)


def test_the_same_items_in_any_order_give_the_same_bytes(tmp_path):
    other = Server(Address("http", "sogs.example", 80), "0" * 64)
    items = [community(token, server=server) for token in "cab" for server in (community().server, other)]
    for name, order in (("1", items), ("2", items[::-1])):
        publish(order, {str(tmp_path / name): {"format": "servers.json"}}, tmp_path)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_failure_is_a_sentence(tmp_path):
    target = tmp_path / "servers.json"
    published = publish([community(created=float("nan"))], {str(target): {"format": "servers.json"}}, tmp_path)
    assert "The feed servers.json could not be written, so nothing is published: ValueError" in published.errors[0]
    assert not target.exists()

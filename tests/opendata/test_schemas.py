"""What the schemas say: they follow from the structs, and those who read the data hold on to them."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache

import msgspec
import pytest
from jsonschema import Draft202012Validator

from sessioncrawler.model import Tag
from sessioncrawler.opendata.schemas import FILES, HISTORIES, schema_files
from tests.support.open_data import OTHER, data_files, polled, room

SERVERS = ("/118d404b.json", "/ababb556.json")
"""Histories of servers; those of Communities have a ``+`` in their names."""
NULL = {"type": "null"}


def schemas():
    return {name: json.loads(body) for name, body in schema_files()}


@cache
def validator(name):
    document = schemas()[name.replace(".json", ".schema.json")]
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture(scope="module")
def documents(site):
    return {name: json.loads(site[f"v1/{name}"]) for name in FILES}


def objects(value):
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        for part in value.values():
            yield from objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from objects(part)


def test_each_file_has_a_schema(site):
    assert set(schemas()) == {f"{name.removesuffix('.json')}.schema.json" for name in FILES | HISTORIES}
    assert {name for name in site if name.startswith("v1/") and "+" not in name and not name.endswith(SERVERS)} == {
        f"v1/{name}" for name in [*FILES, *schemas(), "open-data.zip", "openapi.json"]
    }


@pytest.mark.parametrize("name", FILES)
def test_each_file_fits_its_schema(documents, site, name):
    check, value = validator(name), documents[name]
    assert list(check.iter_errors(value)) == []
    assert not check.is_valid({**value, "surprise": 1})
    assert not check.is_valid({**value, "version": 2})
    assert not check.is_valid({**value, "generated_at": "2026-01-22 12:00"})
    for field in value:
        assert not check.is_valid({key: one for key, one in value.items() if key != field})
    assert (value["generated_at"], value["version"]) == ("2026-01-22T12:00:00Z", 1)
    msgspec.json.decode(site[f"v1/{name}"], type=FILES[name])


@pytest.mark.parametrize("name", schemas())
def test_each_object_of_a_schema_is_closed_and_described(name):
    document = schemas()[name]
    found = list(objects(document))
    assert found
    for shape in found:
        assert shape["additionalProperties"] is False
        assert shape["required"] == list(shape["properties"])
        for described in (shape, *shape["properties"].values()):
            assert described["description"]
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == name
    assert document["title"] == document["description"].removesuffix(".")


BAD = {
    "communities.json": {
        ("identifier",): ["linux", "linux+118D818A", "a b+118d818a", None],
        ("token",): ["", "a" * 65, "ä"],
        ("name",): [None, 1],
        ("description",): [None],
        ("description_raw",): [1],
        ("tags", 0): [{"text": "x"}, {"text": "x", "kind": "odd"}, {"text": "x", "kind": "user", "more": 1}, "x"],
        ("language",): ["de", {"code": "de", "name": "German", "flag": ""}],
        ("language", "from"): ["somebody", 1],
        ("weekly_active_users",): [-1, 1.5, "1"],
        ("active_users",): [-1, 1.5],
        ("active_users_cutoff",): [-1],
        ("created",): ["yesterday", 1, ""],
        ("read",): ["yes", 1],
        ("write",): [0],
        ("upload",): [""],
        ("staff",): [None],
        ("staff", "admins"): [-1, None],
        ("staff", "moderators"): [0.5],
        ("server", "server_id"): ["118d", "g" * 8],
        ("server", "public_key"): ["ab", "AB" * 32],
        ("server", "base_url"): ["sogs.example", None],
        ("join_url",): ["ftp://x", None],
        ("preview_url",): ["/r/linux/"],
        ("image_id",): [-1],
        ("nsfw",): [False],
        ("nsfw", "value"): [None],
        ("nsfw", "reason"): ["guess"],
        ("pinned",): [None],
        ("official",): [None],
        ("first_listed",): ["2026-01-22"],
        ("reachable",): [None, "yes"],
        ("last_reached",): ["2026-01-22", 0],
        ("activity",): ["wild", ""],
        ("former_identifiers",): [None, ["linux"], [None]],
    },
    "servers.json": {
        ("server_id",): [None],
        ("public_key",): ["x"],
        ("base_url",): ["x"],
        ("official",): [None],
        ("key_proof",): ["hearsay"],
        ("communities",): [0, None],
        ("weekly_active_users",): [-1],
        ("addresses", 0, "outcome"): ["dns", None],
        ("addresses", 0, "address"): ["x"],
        ("addresses", 0, "base_url"): ["x"],
        ("addresses", 0, "key_proof"): [""],
        ("proven_at",): ["x"],
        ("addresses", 0, "proven_at"): [0],
        ("reachable",): [None],
        ("last_reached",): [0],
        ("availability",): [None, {}],
        ("availability", "month", "share"): [1.1, -0.1],
        ("availability", "year", "asked"): [-1, None],
    },
    "polls.json": {
        ("address",): ["x"],
        ("outcome",): ["", "Two words", None],
        ("detail",): [None],
        ("server",): ["x"],
        ("public_key",): ["x"],
        ("key_proof",): ["x"],
        ("claims",): [None, [{"public_key": "x", "by": []}], [{"public_key": "ab" * 32, "by": [1]}]],
        ("aliases",): [[1]],
        ("rooms",): [-1, []],
        ("requests",): [-1],
        ("tries",): [-1],
        ("seconds",): [-0.5, None, "1"],
        ("repairs",): [-1],
    },
    "sources.json": {
        ("name",): [None],
        ("links",): [-1],
        ("current",): [-1],
        ("first_seen",): [None],
        ("last_seen",): [""],
    },
    "keys.json": {
        ("public_key",): ["x"],
        ("address",): ["x"],
        ("first_proven",): [None],
        ("last_proven",): [""],
        ("lost_at",): ["x"],
    },
    "policy.json": {("reason",): ["", "Closed"], ("count",): [0], ("text",): [None]},
    "manifest.json": {("path",): [None], ("bytes",): [-1], ("sha256",): ["x"]},
}
ARRAYS = {name: name.removesuffix(".json") for name in BAD} | {"policy.json": "reasons", "manifest.json": "files"}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in BAD.items() for path in paths])
def test_what_a_schema_refuses(documents, name, path):
    check, value = validator(name), copy.deepcopy(documents[name])
    if name == "sources.json":
        times = {"first_seen": value["generated_at"], "last_seen": value["generated_at"]}
        value["sources"] = [{"name": "x", "links": 1, "current": 0, **times}]
    # The one that has every part.
    entry = next(one for one in value[ARRAYS[name]] if one.get("token", "linux") == "linux")
    assert check.is_valid(value)
    inner = entry
    for step in path[:-1]:
        inner = inner[step]
    for bad in BAD[name][path]:
        before, inner[path[-1]] = inner[path[-1]], bad
        assert not check.is_valid(value), bad
        inner[path[-1]] = before
    assert check.is_valid(value)


def test_what_servers_do_not_tell_may_be_null(documents):
    optional = {
        "description_raw", "language", "weekly_active_users", "active_users", "active_users_cutoff", "created", "read",
        "write", "upload", "preview_url", "image_id", "first_listed", "last_reached", "activity",
    }  # fmt: skip
    (record,) = schemas()["communities.schema.json"]["properties"]["communities"]["items"].values()
    shape = schemas()["communities.schema.json"]["$defs"][record.rpartition("/")[2]]
    assert {name for name, one in shape["properties"].items() if NULL in one.get("anyOf", ())} == optional


def test_lone_surrogates_and_times_beyond_the_calendar_fit():
    hostile = room("linux", "\ud800", name="\ud800", active_users=2**53, created=1e300)
    hostile.description, hostile.string_tags, hostile.tags = "\udfff", ["\ud800"], [Tag("\ud800")]
    files = data_files([hostile], [replace(polled(OTHER).poll, detail="\udfff")])
    for name in FILES:
        validator(name).validate(json.loads(files[f"v1/{name}"]))

"""The description of the open data: it is right by OpenAPI, and by every file that there is."""

from __future__ import annotations

import json
import re
from functools import cache

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.opendata.openapi import PATHS, openapi_json
from sessioncrawler.publish.manifest import encode, fingerprint

ELSEWHERE = {
    "files.json",
    "v1/manifest.json.minisig",
    "poster/site.png",
    "poster/c/{name}.png",
    "feed/topic/{topic}.xml",
}
"""What is described and is not among the files that are looked at here: a storage, a key and fonts make it."""


@cache
def described():
    return json.loads(openapi_json())


def fits(path: str) -> list[str]:
    """The described paths that a path has the form of."""
    named = (re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(one.path)) for one in PATHS)
    return [one.path for one, form in zip(PATHS, named, strict=True) if re.fullmatch(form, path)]


def answer(path: str):
    return described()["paths"][f"/{path}"]["get"]["responses"]["200"]["content"]


def mistakes(path: str, content: bytes) -> list[str]:
    """What is wrong in a file by what is said of its path."""
    ((media, told),) = answer(path).items()
    if media != "application/json":
        return []
    schema = {**told["schema"], "components": described()["components"]}
    check = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in check.iter_errors(json.loads(content))]


def test_it_is_right_by_openapi():
    validate(described())


def test_every_file_is_described_once_and_as_it_is(site):
    assert {name: fits(name) for name in site if len(fits(name)) != 1} == {}
    assert {name: found for name, content in site.items() if (found := mistakes(fits(name)[0], content))} == {}
    assert {fits(name)[0] for name in site} == {one.path for one in PATHS} - ELSEWHERE


def test_files_are_announced_as_it_says(site):
    names = [*site, "poster/site.png", "v1/manifest.json.minisig", "files.json"]
    told = {name: next(iter(answer(fits(name)[0]))) for name in names}
    assert told == {name: content_type(name).partition(";")[0] for name in names}


def test_the_list_of_all_files(site):
    assert mistakes("files.json", encode({name: fingerprint(content) for name, content in site.items()})) == []
    assert mistakes("files.json", b'{"files": {"a": {"bytes": -1, "sha256": "x"}}}') != []


def test_what_is_wrong_is_noticed(site):
    value = json.loads(site["v1/communities.json"])
    value["communities"][0]["token"] = None
    assert mistakes("v1/communities.json", json.dumps(value).encode()) != []


def test_names_of_types_are_those_of_the_schemas(site):
    types = described()["components"]["schemas"]
    for name in site:
        if name.endswith(".schema.json"):
            told = json.loads(site[name])
            for kind, shape in told.get("$defs", {}).items():
                assert json.loads(json.dumps(shape).replace("#/$defs/", "#/components/schemas/")) == types[kind]

"""``v1/openapi.json``: every path of the open data, for programs that make clients of it (OpenAPI 3.1).

What the files hold is described by the very types that make them, as the schemas beside it are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from sessioncrawler.opendata import bundle
from sessioncrawler.opendata.badges import Badge
from sessioncrawler.opendata.directory_2026 import CollectionFile, CollectionSummary, Server2026
from sessioncrawler.opendata.history import FOLDER, TABLE
from sessioncrawler.opendata.records import LICENSE, VERSION, SiteFiles
from sessioncrawler.opendata.schemas import FILES, HISTORIES
from sessioncrawler.opendata.v1 import RootPollsFile

NAME = "openapi.json"
_JSON, _ATOM, _SVG, _PNG = "application/json", "application/atom+xml", "image/svg+xml", "image/png"
_PARAMETERS = {
    "name": "Name of a Community or server, as its page is called: its identifier or server_id, or the whole key",
    "file": "Name of a file of data without .json",
    "id": "Id of a collection",
    "code": "BCP 47 code of a language",
    "topic": "Id of a topic",
    "tag": "Name of a tag in feeds; feed/index.opml has them all",
}


@dataclass(frozen=True, slots=True)
class Described:
    """Files at one path."""

    path: str
    """From the root of the site, without a slash before it; what differs stands in braces."""
    summary: str
    kind: Any = None
    """What the JSON holds; None for other files."""
    media: str = _JSON


def _v1() -> Iterator[Described]:
    yield from (Described(f"v1/{name}", _sentence(kind), kind) for name, kind in FILES.items())
    for folder, record in HISTORIES.items():
        yield Described(f"v1/{folder.removesuffix('.json')}/{{name}}.json", _sentence(record), record)


def _sentence(kind: type) -> str:
    return (kind.__doc__ or "").removesuffix(".")


PATHS = (
    *_v1(),
    Described("v1/{file}.schema.json", "JSON Schema of a file", dict[str, Any]),
    Described(f"{FOLDER}{{file}}.schema.json", "JSON Schema of the histories", dict[str, Any]),
    Described(f"v1/{NAME}", "This description", dict[str, Any]),
    Described("v1/manifest.json.minisig", "Signature of the manifest by minisign, where this site has a key",
              media="text/plain"),
    Described(f"v1/{bundle.NAME}", "All data in one file", media="application/zip"),
    Described("files.json", _sentence(SiteFiles), SiteFiles),
    Described("communities.csv", "Communities as a table", media="text/csv"),
    Described("communities.jsonl", "Communities, one a line", media="application/x-ndjson"),
    Described(TABLE, "All histories as one table, packed by gzip", media="application/gzip"),
    Described("polls.json", _sentence(RootPollsFile), RootPollsFile),
    Described("badge/{name}.svg", "Badge of a server", media=_SVG),
    Described("badge/{name}.json", "Badge of a server, as an endpoint of shields.io", Badge),
    Described("badge/c/{name}.svg", "Badge of a Community", media=_SVG),
    Described("badge/c/{name}.json", "Badge of a Community, as an endpoint of shields.io", Badge),
    Described("poster/site.png", "Picture of the site", media=_PNG),
    Described("poster/c/{name}.png", "Picture of a Community whose name can be drawn", media=_PNG),
    Described("servers.json", "Servers with their rooms, as in 2026", list[Server2026]),
    Described("tags.json", "A sentence for each tag in use, as in 2026", dict[str, str]),
    Described("listings", "Collections, as in 2026", list[CollectionSummary]),
    Described("listing/{id}", "A collection with its rooms, as in 2026", CollectionFile),
    Described("feed/index.opml", "All feeds, for feed readers", media="text/x-opml"),
    Described("feed/all.xml", "News of all", media=_ATOM),
    Described("feed/keys.xml", "What happened to keys", media=_ATOM),
    Described("feed/lang/{code}.xml", "News of Communities in one language", media=_ATOM),
    Described("feed/topic/{topic}.xml", "News of Communities about one topic", media=_ATOM),
    Described("feed/tag/{tag}.xml", "News of Communities with one tag", media=_ATOM),
    Described("feed/server/{name}.xml", "News of one server", media=_ATOM),
)  # fmt: skip
"""All open data (docs/data.md)."""


@cache
def openapi_json() -> bytes:
    """The file; it is the same for every site of this version."""
    kinds = [one.kind for one in PATHS if one.kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    shapes = iter(schemas)
    document = {
        "openapi": "3.1.1",
        "info": {
            "title": "Open data of a directory of Session Communities",
            "description": "Files that change with each crawl. Texts in them are written by strangers: escape them.",
            "version": str(VERSION),
            "license": {"name": LICENSE, "identifier": LICENSE},
        },
        "servers": [{"url": "..", "description": "The site that this file is part of"}],
        "paths": {f"/{one.path}": _operation(one, next(shapes) if one.kind is not None else None) for one in PATHS},
        "components": {"schemas": components},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _operation(one: Described, shape: dict[str, Any] | None) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "description": told, "schema": {"type": "string"}}
        for name, told in _PARAMETERS.items()
        if f"{{{name}}}" in one.path
    ]
    answer = {"description": one.summary, "content": {one.media: {} if shape is None else {"schema": shape}}}
    operation = {
        "operationId": "".join(filter(str.isalnum, one.path.title())),
        "summary": one.summary,
        "responses": {"200": answer, "404": {"description": "There is none"}},
    }
    return {**({"parameters": parameters} if parameters else {}), "get": operation}

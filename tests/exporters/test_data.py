"""Open data through whole crawls: the project's pipelines, feeds, exporters and storages."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from sessioncrawler.items import PollItem
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.opendata.schemas import NAMES
from sessioncrawler.state import SourceSummary, State
from tests.support.open_data import DAY, HIDING, NOW, OTHER, SERVER, everything, files, listed, polled, run, unlisted

GOLDEN = Path(__file__).parents[1] / "golden"
SECRETS = ("hushhush", "Quiet Place", "trialrun", "lockedroom", "bannedone")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    done = run(folder, everything(), directory=HIDING)
    assert done.errors == []
    return files(folder)


def document(site, name):
    return json.loads(site[name])


def test_all_files_are_there(site):
    assert sorted(site) == sorted(
        [
            *(f"v1/{name}{end}" for name in NAMES for end in (".json", ".schema.json")),
            *("communities.csv", "communities.jsonl", "tags.json", "listings", "servers.json"),
            *(f"listing/{name}" for name in ("all", "safe", "none")),
            *("feed/index.opml", "feed/all.xml", "feed/lang/de.xml", "feed/lang/pt-BR.xml"),
            *(
                f"feed/tag/{name}.xml"
                for name in (
                    "linux",
                    "new",
                    "nsfw",
                    "official",
                    "pinned",
                    "uploads-off~" + hashlib.sha256(b"uploads off").hexdigest()[:12],
                    "~" + hashlib.sha256("свобода".encode()).hexdigest()[:12],
                )
            ),
        ]
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_file_fits_its_schema(site, name):
    schema = document(site, f"v1/{name}.schema.json")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    value = document(site, f"v1/{name}.json")
    assert list(validator.iter_errors(value)) == []
    assert not validator.is_valid({**value, "surprise": 1})
    assert value["generated_at"] == "2026-01-22T12:00:00Z"
    assert value["version"] == 1


def test_each_object_of_a_schema_is_closed_and_described(site):
    def objects(value):
        if isinstance(value, dict):
            if value.get("type") == "object":
                yield value
            for part in value.values():
                yield from objects(part)
        elif isinstance(value, list):
            for part in value:
                yield from objects(part)

    for name in NAMES:
        found = list(objects(document(site, f"v1/{name}.schema.json")))
        assert found
        for shape in found:
            assert shape["additionalProperties"] is False
            assert shape["required"] == list(shape["properties"])
            assert shape["description"]


def test_the_manifest_tells_size_and_hash_of_every_other_file(site):
    listed_files = document(site, "v1/manifest.json")["files"]
    assert [entry["path"] for entry in listed_files] == sorted(
        name.removeprefix("v1/") for name in site if name.startswith("v1/") and name != "v1/manifest.json"
    )
    for entry in listed_files:
        body = site[f"v1/{entry['path']}"]
        assert (entry["bytes"], entry["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())


GOLDEN_FILES = (
    "v1/communities.json",
    "v1/servers.json",
    "v1/polls.json",
    "v1/sources.json",
    "v1/policy.json",
    "communities.csv",
    "listings",
    "listing/safe",
    "tags.json",
    "feed/index.opml",
    "feed/all.xml",
)


@pytest.mark.parametrize("name", GOLDEN_FILES)
def test_golden(site, name):
    """After a change that is meant: UPDATE_GOLDEN=1, then read the difference before it is committed."""
    file = GOLDEN / name.replace("/", "-")
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_bytes(site[name])
    assert site[name] == file.read_bytes()


def test_nothing_unlisted_is_named(site):
    for name, body in site.items():
        for secret in SECRETS:
            assert secret.encode() not in body, name


def test_what_is_not_listed_is_counted(site):
    policy = document(site, "v1/policy.json")
    assert (policy["listed"], policy["unlisted"]) == (4, 4)
    assert {reason["reason"]: reason["count"] for reason in policy["reasons"]} == dict.fromkeys(
        ("closed", "hidden", "test", "unlisted"), 1
    )


def test_lines_are_the_same_records(site):
    lines = site["communities.jsonl"].decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == document(site, "v1/communities.json")["communities"]


def test_rows_come_back_as_they_were(site):
    text = site["communities.csv"].decode()
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(StringIO(text, newline="")))
    records = document(site, "v1/communities.json")["communities"]
    assert [row["identifier"] for row in rows] == [record["identifier"] for record in records]
    for row, record in zip(rows, records, strict=True):
        for field in ("name", "description"):
            assert row[field].removeprefix("'") == record[field]
        for field in ("read", "pinned", "official"):
            assert {"true": True, "false": False, "": None}[row[field]] is record[field]
        assert row["tags"] == ", ".join(tag["text"] for tag in record["tags"])
        assert row["weekly_active_users"] == ("" if (users := record["weekly_active_users"]) is None else str(users))
    linux = next(row for row in rows if row["token"] == "linux")
    assert linux["name"] == "'+Linux & BSD"
    assert linux["description"].startswith("'=Penguins")


def test_listings_are_arrays_of_what_is_listed(site):
    assert [(one["id"], one["rooms"]) for one in document(site, "listings")] == [("all", 4), ("safe", 1), ("none", 0)]
    assert document(site, "listing/none")["rooms"] == []
    for one in document(site, "listings"):
        whole = document(site, f"listing/{one['id']}")
        assert {**whole, "rooms": len(whole["rooms"])} == one
    (entry,) = document(site, "listing/safe")["rooms"]
    assert entry["room"]["token"] == "linux"
    assert entry["room"]["message_sequence"] == 3
    assert entry["room_extra"]["join_url"].startswith("https://sogs.example/linux?public_key=118d")
    assert entry["room_extra"]["language_flag"] == "🇩🇪"


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    runs = []
    for number, items in enumerate((everything(), [*listed()[::-1], *unlisted(), *everything()[:7:-1]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert run(folder, items, directory=HIDING).errors == []
        runs.append(files(folder))
    assert runs[0] == runs[1]


def test_where_a_server_can_be_reached(tmp_path):
    plain = SERVER.__class__(SERVER.address.__class__("http", "10.0.0.1", 80), SERVER.public_key)
    copy = PollItem(Poll(OTHER.address, Outcome.KEY_COPY, "a copy", SERVER))
    run(tmp_path, [listed()[0], polled(plain), polled(SERVER), copy])
    (server,) = document(files(tmp_path), "v1/servers.json")["servers"]
    assert [one["address"] for one in server["addresses"]] == ["http://10.0.0.1", "https://sogs.example"]
    assert server["key_proof"] == "claim"
    assert server["weekly_active_users"] == 50


def test_sources_are_told(tmp_path, monkeypatch):
    summary = SourceSummary("lokilocker", 12, 3, NOW - DAY, NOW)
    monkeypatch.setattr(State, "sources", lambda self: [summary])
    run(tmp_path, everything())
    (source,) = document(files(tmp_path), "v1/sources.json")["sources"]
    assert source == {
        "name": "lokilocker",
        "links": 12,
        "current": 3,
        "first_seen": "2026-01-21T12:00:00Z",
        "last_seen": "2026-01-22T12:00:00Z",
    }


def test_a_state_that_cannot_be_read_publishes_nothing(tmp_path):
    done = run(tmp_path, everything(), STATE_URL="sqlite:////dev/null/state.db")
    assert done.stats["publish/errors"] > 0
    assert not (tmp_path / "site").exists()


def test_the_index_names_every_feed(site):
    top = ET.fromstring(site["feed/index.opml"])
    assert top.get("version") == "2.0"
    assert top.find("head/title").text == "Rooms & <more>: news feeds"
    urls = [element.get("xmlUrl") for element in top.iter("outline") if element.get("xmlUrl")]
    assert sorted(urls) == sorted(
        f"https://rooms.directory/{name}" for name in site if name.startswith("feed/") and name.endswith(".xml")
    )
    assert [heading.get("text") for heading in top.find("body")] == ["Everything", "By language", "By tag"]

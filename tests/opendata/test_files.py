"""The pure parts of the open data."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config.reading import Listing as Choice
from sessioncrawler.editorial.config.reading import ListingRating, Site, parse_directory
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.editorial.policy import Policy
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.opendata import atom, news
from sessioncrawler.opendata import collections_2026 as provider
from sessioncrawler.opendata import tables as flat
from sessioncrawler.opendata.communities import Recorder
from sessioncrawler.opendata.files import compact, server_records
from sessioncrawler.opendata.policy import policy_record
from sessioncrawler.opendata.schemas import NAMES, schemas
from sessioncrawler.publish.archive import Archive, pack
from sessioncrawler.state import Event, EventKind, Facts, Listing
from sessioncrawler.text.slugs import slug
from tests.support.publishing import DIRECTORY, KEY, NOW, community

ROOT = Path(__file__).parents[2]
SITE = Site("Rooms", "https://rooms.directory/", "crew@rooms.directory")


def facts(token="linux", key=KEY, **more):
    values = {"language": "de", "tags": ("linux",), "description": "Penguins", **more}
    return Facts(key, token, f"{token}+118d404b", token, f"https://sogs.example/{token}?public_key={key}", **values)


def listing(one):
    return Listing(one, NOW, NOW, None)


def record(**more):
    return Recorder(parse_directory(DIRECTORY, "x"), {}).record(community(**more))


# --- Rows and lines


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ("", ""),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("1=1", "1=1"),
    ],
)
def test_a_cell_is_never_a_formula(value, expected):
    assert flat.cell(value) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back_out_of_the_csv(text):
    body = b"".join(flat.csv_parts([record(name=text, description=text)]))
    header, row = csv.reader(StringIO(body.decode(), newline=""))
    found = dict(zip(header, row, strict=True))
    assert found["name"].removeprefix("'") == text
    assert found["description"].removeprefix("'") == text
    assert not re.match(r"[=+\-@\t\r\n]", found["name"])


def test_the_header_has_a_column_for_each_value():
    (header, row) = csv.reader(StringIO(b"".join(flat.csv_parts([record()])).decode(), newline=""))
    assert len(header) == len(set(header)) == len(row)
    assert b"".join(flat.csv_parts([])).decode() == ",".join(flat.COLUMNS) + "\r\n"


@given(st.text(max_size=20))
def test_a_line_is_one_line(text):
    body = b"".join(flat.jsonl_parts([record(name=text, description=text)]))
    (line,) = body.decode().splitlines()
    assert json.loads(line) == record(name=text, description=text)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        compact(float("nan"))


# --- Records


def test_a_language_is_named_once_and_told_with_its_reason():
    recorder = Recorder(parse_directory(DIRECTORY + '[flags]\nde = "AT"\n', "x"), {(KEY, "general"): NOW})
    first, second = (recorder.record(community(language="de", language_from="guess")) for _ in range(2))
    assert first == second
    assert first["language"] == {"code": "de", "name": "German", "flag": "🇦🇹", "from": "guess"}
    assert first["first_listed"] == "2026-01-22T12:00:00Z"


def test_a_server_that_no_poll_tells_about_has_no_address():
    (server,) = server_records([record()], [])
    assert server["addresses"] == []
    assert server["key_proof"] is server["weekly_active_users"] is None


# --- Slugs


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("linux", r"linux"),
        ("read-only", r"read-only"),
        ("uploads off", r"uploads-off~[0-9a-f]{12}"),
        ("café", r"cafe~[0-9a-f]{12}"),
        ("свобода", r"~[0-9a-f]{12}"),
        ("..", r"~[0-9a-f]{12}"),
        ("Linux", r"linux~[0-9a-f]{12}"),
        ("-a-", r"a~[0-9a-f]{12}"),
        ("a" * 41, r"a{40}~[0-9a-f]{12}"),
        ("", r"~[0-9a-f]{12}"),
    ],
)
def test_slugs(word, expected):
    assert re.fullmatch(expected, slug(word))


@given(st.sets(st.text(max_size=50), max_size=10))
def test_slugs_are_names_of_files_and_differ(words):
    names = [slug(word) for word in words]
    assert len({name.lower() for name in names}) == len(words)
    packed = BytesIO()
    pack(packed, [(f"tag/{name}.xml", b"") for name in names])
    assert len(Archive(packed).files) == len(words)


# --- What is not listed


@pytest.mark.parametrize(
    ("dropped", "sentence"),
    [
        ({}, "0 unlisted"),
        ({"test": 0}, "0 unlisted"),
        (
            {"test": 1, "unlisted": 4, "closed": 1},
            "6 unlisted: 4 by their operators' tags, 1 neither readable nor writable, 1 test room",
        ),
        ({"hidden": 2, "test": 2000}, "2,002 unlisted: 2,000 test rooms, 2 hidden by this directory"),
        ({"too-old": 1}, "1 unlisted: 1 too old"),
    ],
)
def test_the_sentence_about_what_is_not_listed(dropped, sentence):
    record = policy_record(97, dropped)
    assert record["sentence"] == sentence
    assert record["unlisted"] == sum(reason["count"] for reason in record["reasons"]) == sum(dropped.values())
    assert record["listed"] == 97


# --- Listing provider


def test_a_safe_listing_leaves_out_what_is_marked():
    marked = community("a", tags=[Tag("nsfw", TagKind.WARNING)])
    choice = Choice("x", "X", ListingRating.SAFE, exclude=(Pattern.parse("c+118d"),), everything=True)
    rooms = [community("c"), community("b"), marked]
    assert [one.room.token for one in provider.members(choice, rooms)] == ["b"]
    assert provider.summaries([choice], rooms) == [{"id": "x", "name": "X", "rating": "safe", "rooms": 1}]
    (shape,) = provider.listing_shapes([choice], rooms, str)
    assert set(shape["rooms"][0]["room"]) == set(provider.SOGS_FIELDS)


def test_tags_have_texts():
    tags = [Tag("zebra"), Tag("new", TagKind.RESERVED), Tag("later", TagKind.RESERVED)]
    assert provider.tag_texts([community(tags=tags)]) == {
        "later": "A tag that this directory gave",
        "new": "Was created within the last four weeks",
        "zebra": "A tag that operators of Communities chose",
    }


# --- News


def event(at=NOW, kind=EventKind.NEW, **more):
    return Event(at, kind, facts(**more))


def test_a_feed_holds_its_latest_events():
    events = [event(NOW - number, token=f"t{number}") for number in range(news.MOST_ENTRIES + 5)]
    everything, german, linux = news.news(events, [])
    assert everything.events == german.events == linux.events == tuple(events[: news.MOST_ENTRIES])
    assert (german.path, german.subject) == ("lang/de.xml", "German")


def test_one_server_crowds_out_no_tag_of_others(monkeypatch):
    monkeypatch.setattr(news, "MOST_TAGS", 2)
    flood = [listing(facts(f"t{number}", tags=(f"spam{number}", "loud"))) for number in range(9)]
    shared = [listing(facts("a", key, tags=("linux", "linux"))) for key in (KEY, "ab" * 32)]
    feeds = news.news([], flood + shared)
    assert [feed.path for feed in feeds if feed.group == "tag"] == ["tag/linux.xml", "tag/loud.xml"]


def test_a_community_without_language_or_tags_is_in_the_feed_of_all():
    feeds = news.news([event(language=None, tags=())], [])
    assert [feed.group for feed in feeds] == ["all"]
    assert len(feeds[0].events) == 1


@pytest.mark.parametrize(
    ("one", "public"),
    [
        (facts(), True),
        (facts(tags=("test",)), False),
        (facts("bad"), False),
        (Facts(KEY, "x", "x+118d404b", "x", "no join link"), False),
    ],
)
def test_what_may_still_be_named(one, public):
    rules = DIRECTORY + '[[hide]]\nmatch = "bad+118d"\nreason = "spam"\n'
    assert news.still_public(one, Policy(parse_directory(rules, "x"), NOW)) is public


@given(st.text(), st.sampled_from(EventKind), st.sampled_from([None, "de", "mul", "und"]))
def test_any_text_makes_a_feed_that_can_be_read(text, kind, language):
    from xml.etree import ElementTree as ET

    found = event(kind=kind, description=text, tags=(text,), language=language)
    for path, body in atom.feed_files(news.news([found], []), SITE, 0):
        assert ET.fromstring(body) is not None, path


def test_entries_of_forged_identifiers_stay_apart():
    twins = [event(key=KEY), event(key=KEY[:8] + "0" * 56)]
    assert twins[0].facts.identifier == twins[1].facts.identifier
    body = dict(atom.feed_files(news.news(twins, []), SITE, 0))["all.xml"].decode()
    ids = re.findall(r"<entry><id>(.*?)</id>", body)
    assert len(set(ids)) == 2


def test_a_name_that_cannot_be_seen_is_replaced_by_the_token():
    hidden = Event(NOW, EventKind.NEW, Facts(KEY, "x", "x+118d404b", "\u200b\u3164", "https://sogs.example/x"))
    body = dict(atom.feed_files(news.news([hidden], []), SITE, 0))["all.xml"].decode()
    assert "<title>New: x</title>" in body


# --- Schemas


def test_there_is_a_schema_for_each_name():
    folder = ROOT / "sessioncrawler" / "site" / "schemas"
    others = ["health.schema.json"]
    assert sorted(path.name for path in folder.glob("*.json")) == sorted([*others, *(name for name, _ in schemas())])
    assert len(NAMES) == 6


def test_schemas_are_found_in_a_zipped_egg(tmp_path):
    egg = tmp_path / "project.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        for path in ("__init__.py", "site/__init__.py", "site/schemas/__init__.py"):
            archive.write(ROOT / "sessioncrawler" / path, f"sessioncrawler/{path}")
        for name, body in schemas():
            archive.writestr(f"sessioncrawler/opendata/schemas/{name}", body)
    code = (
        "from sessioncrawler.opendata import schemas as s; print(s.__file__, sum(len(body) for _, body in s.schemas()))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(egg)!r}); {code}"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ},
        check=True,
    )
    file, size = done.stdout.split()
    assert file.startswith(str(egg))
    assert int(size) == sum(len(body) for _, body in schemas())

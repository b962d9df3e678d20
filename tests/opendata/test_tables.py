from __future__ import annotations

import csv
import json
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.opendata import tables, v1
from tests.support.open_data import DIRECTORY, room

RULES = parse_directory(DIRECTORY, "x")


def records(text):
    one = room("general", text, name=text)
    one.description = text
    return v1.records([one], RULES, {})


def rows(body):
    return list(csv.DictReader(StringIO(body.decode(), newline="")))


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
    assert tables.cell(value) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back_out_of_the_csv(text):
    (found,) = rows(b"".join(tables.communities_csv(records(text))))
    assert found["name"].removeprefix("'") == text
    assert found["description"].removeprefix("'") == text.rstrip()
    assert not re.match(r"[=+\-@\t\r\n]", found["name"])


def test_a_table_without_rows_has_a_header():
    assert b"".join(tables.communities_csv([])).decode() == ",".join(tables.COLUMNS) + "\r\n"


def test_rows_come_back_as_they_were(site):
    text = site["communities.csv"].decode()
    assert text.endswith("\r\n")
    found, told = rows(site["communities.csv"]), json.loads(site["v1/communities.json"])["communities"]
    assert [row["identifier"] for row in found] == [record["identifier"] for record in told]
    for row, record in zip(found, told, strict=True):
        for field in ("name", "description"):
            assert row[field].removeprefix("'") == record[field]
        for field in ("read", "pinned", "official"):
            assert {"true": True, "false": False, "": None}[row[field]] is record[field]
        assert row["tags"] == ", ".join(tag["text"] for tag in record["tags"])
        assert row["weekly_active_users"] == ("" if (users := record["weekly_active_users"]) is None else str(users))
        language = record["language"] or dict.fromkeys(("code", "name", "from"), "")
        assert [row["language"], row["language_name"], row["language_from"]] == [
            language["code"],
            language["name"],
            language["from"],
        ]
    linux = next(row for row in found if row["token"] == "linux")
    assert linux["name"] == "'+Linux & BSD"
    assert linux["description"].startswith("'=Penguins")


def test_lines_are_the_same_records(site):
    lines = site["communities.jsonl"].decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == json.loads(site["v1/communities.json"])["communities"]


@given(st.text(max_size=20))
def test_a_line_is_one_line(text):
    (body,) = tables.communities_jsonl(records(text))
    (line,) = body.decode().splitlines()
    (told,) = json.loads(v1.communities_json(records(text), 0))["communities"]
    assert json.loads(line) == told


def test_line_breaks_of_all_scripts_are_escaped():
    (body,) = tables.communities_jsonl(records("\x85 \u2028 \u2029 é"))
    assert r'"name":"\u0085 \u2028 \u2029 é"'.encode() in body

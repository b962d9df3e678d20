"""The key log for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.opendata.keys import MOST_ENTRIES, keys_json, keys_xml
from sessioncrawler.protocol.keys.log import NOTHING, KeyChange, KeyEntry, KeyEvent, broken_at, chained
from tests.support.open_data import DIRECTORY, keys, log
from tests.support.publishing import KEY, NOW

SITE = parse_directory(DIRECTORY, "directory.toml").site
ATOM = "{http://www.w3.org/2005/Atom}"


def test_keys_that_were_never_proven_are_left_out():
    told = json.loads(keys_json(keys(), log(), NOW))
    assert [one["public_key"] for one in told["keys"]] == [KEY, "ee" * 32]
    assert [one["lost_at"] for one in told["keys"]] == [None, "2026-01-21T12:00:00Z"]


def test_whoever_reads_the_log_can_check_its_chain():
    told = json.loads(keys_json([], log(), NOW))["log"]
    entries = [
        KeyEntry(
            one["number"],
            KeyEvent(*(one[name] for name in ("at", "change", "address", "public_key", "former_key", "how"))),
            one["previous"],
            one["sha256"],
        )
        for one in told
    ]
    assert entries[0].previous == NOTHING
    assert broken_at(entries) is None


def test_the_feed_tells_the_newest_first():
    tree = ET.fromstring(keys_xml(log(), 0, SITE))
    entries = tree.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == [
        "New key: https://sogs.example",
        "Key proven: https://sogs.example",
    ]
    assert tree.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated") == "2026-01-21T12:00:00Z"
    assert f"Former key: {'ee' * 32}" in entries[0].findtext(f"{ATOM}content")
    assert entries[0].find(f"{ATOM}link").get("href") == "https://rooms.directory/keys/"


def test_a_long_log_is_cut_and_an_empty_one_has_a_time():
    entries = log()
    for _ in range(2 * MOST_ENTRIES):
        entries.append(chained(replace(entries[-1].event, change=KeyChange.RETURNED), entries[-1]))
    assert len(ET.fromstring(keys_xml(entries, 0, SITE)).findall(f"{ATOM}entry")) == MOST_ENTRIES
    empty = ET.fromstring(keys_xml([], NOW, SITE))
    assert (empty.findtext(f"{ATOM}updated"), empty.find(f"{ATOM}entry")) == ("2026-01-22T12:00:00Z", None)


def test_a_change_that_is_not_known_here_is_told_by_its_own_word():
    strange = [chained(replace(log()[0].event, change="merged"), None)]
    assert b"merged: https://sogs.example" in keys_xml(strange, NOW, SITE)

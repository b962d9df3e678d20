"""Whole files, byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    "name",
    [
        "v1/communities.json",
        "v1/servers.json",
        "v1/polls.json",
        "v1/keys.json",
        "v1/sources.json",
        "v1/policy.json",
        "communities.csv",
        "communities.jsonl",
        "servers.json",
        "polls.json",
        "listings",
        "listing/safe",
        "tags.json",
        "feed/index.opml",
        "feed/all.xml",
        "feed/keys.xml",
    ],
)
def test_golden(site, name):
    """After a change that is meant: UPDATE_GOLDEN=1, then read the difference before it is committed."""
    file = GOLDEN / name.replace("/", "-")
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_bytes(site[name])
    assert site[name] == file.read_bytes()

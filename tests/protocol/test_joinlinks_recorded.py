from __future__ import annotations

import json
from pathlib import Path

import pytest

from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link

LISTINGS = Path(__file__).parents[3] / "shared/realworld/listings"
needs_listings = pytest.mark.skipif(not LISTINGS.is_dir(), reason="the recorded listings are not beside the checkout")


@needs_listings
class TestRecordedListings:
    def test_awesome_session_group_list(self):
        found = find_join_links((LISTINGS / "awesome-session-group-list.README.md").read_text("utf-8"))
        assert [link.url for link in found if not link.public_key] == [
            "http://20.168.47.58/Australia?public_key=",
            "http://20.168.47.58/Bipolar?public_key=",
        ]
        found = [link for link in found if link.public_key]
        assert len(found) == 118
        assert len({link.address.netloc for link in found}) == 32
        assert len({link.address for link in found}) == 34
        assert len({link.public_key for link in found}) == 31
        # The room's two garbled neighbours on this server are the ones without a key.
        assert [link.token for link in found if link.address.host == "20.168.47.58"] == ["General"]

    def test_session_directory(self):
        text = (LISTINGS / "session.directory.json").read_text("utf-8")
        urls = [entry["url"] for entry in json.loads(text)]
        found = find_join_links(text)
        assert found == sorted({link for url in urls if (link := parse_join_link(url))})
        assert [url for url in urls if not parse_join_link(url)] == ["<i>Listing disabled by administrator</i>"]
        assert len(found) == 57

"""``scrapy backup`` and ``scrapy restore``."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State
from tests.support.command_line import scrapy

LINK = JoinLink(Address("https", "sogs.example", 443), "lobby", "ab" * 32)


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as state:
        state.record_sightings([Sighting(LINK, "source")], 1)
    return url


def test_a_state_is_kept_and_put_back(url, tmp_path):
    copy, other = tmp_path / "copy.db", f"sqlite:///{tmp_path}/other.db"
    done = scrapy("backup", str(copy), "-s", f"STATE_URL={url}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Wrote {copy}: 1 rows, {copy.stat().st_size:,} bytes.\n"
    done = scrapy("restore", str(copy), "-s", f"STATE_URL={other}")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Restored 1 rows from {copy}.\n", "")
    with State.open(other) as state:
        assert [one.link for one in state.sightings()] == [LINK]
    done = scrapy("restore", str(copy), "-s", f"STATE_URL={other}")
    assert done.returncode == 1
    assert "say --replace" in done.stderr
    assert scrapy("restore", "--replace", str(copy), "-s", f"STATE_URL={other}").returncode == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_one_file_is_to_be_named(command):
    done = scrapy(command)
    assert done.returncode == 2
    assert f"'scrapy {command}' takes one file" in done.stdout + done.stderr


def test_what_cannot_be_done_is_told(url, tmp_path):
    done = scrapy("backup", str(tmp_path / "none" / "copy.db"), "-s", f"STATE_URL={url}")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr
    done = scrapy("restore", str(tmp_path / "none.db"), "-s", f"STATE_URL={url}")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Give a file that 'scrapy backup' wrote." in done.stderr

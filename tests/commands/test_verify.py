"""``scrapy verify``: the chain of the key log."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Server
from sessioncrawler.state import State
from tests.support.command_line import scrapy

HOST = Address("https", "sogs.example", 443)


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as state:
        for number in range(3):
            server = Server(HOST, f"{number:064x}")
            poll = Poll(HOST, Outcome.REACHED, server=server, key_proof=KeyProof.ONION)
            state.record_polls([poll], 1_769_083_200 + number)
    return url


def test_a_chain_that_holds_is_told_with_its_last_hash(url):
    done = scrapy("verify", "-s", f"STATE_URL={url}")
    with State.open(url) as state:
        last = state.key_log()[-1]
    assert done.stdout.strip() == (
        f"The key log holds: 3 entries, the last of 22 January 2026, 12:00 UTC, with the hash {last.sha256}."
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "change", ["DELETE FROM key_log WHERE number = 2", "UPDATE key_log SET address = 'x' WHERE number = 2"]
)
def test_a_broken_chain_is_told_with_what_to_do(url, change):
    with create_engine(url).begin() as connection:
        connection.execute(text(change))
    done = scrapy("verify", "-s", f"STATE_URL={url}")
    assert done.returncode == 1
    assert "The key log is broken at entry 2" in done.stderr
    assert "Put the last backup of the state whose log holds in its place" in done.stderr
    assert done.stdout == ""


def test_an_empty_log_and_no_state_at_all(tmp_path):
    State.open(f"sqlite:///{tmp_path}/empty.db").close()
    done = scrapy("verify", "-s", f"STATE_URL=sqlite:///{tmp_path}/empty.db")
    assert (done.returncode, done.stdout.strip()) == (0, "The key log is empty: no key was proven so far.")
    done = scrapy("verify", "-s", f"STATE_URL=sqlite:///{tmp_path}/none.db")
    assert done.returncode == 1
    assert "There is no state at" in done.stderr
    assert scrapy("verify", "x", "y").returncode == 2
    assert scrapy("verify", "--max-age", "24").returncode == 2

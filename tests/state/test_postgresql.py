"""The same state on PostgreSQL: against a server of its own on loopback where one is installed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Server, Sighting
from sessioncrawler.protocol.keys.log import broken_at
from sessioncrawler.state import SourceSummary, State, StateError

pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
LINK = JoinLink(Address("https", "sogs.example", 443), "room", "a" * 64)


@pytest.fixture
def url(database):
    """An empty database, named as people name it: without the driver."""
    return database.replace("+psycopg", "")


def test_sightings_on_postgresql(url):
    def write(number: int) -> None:
        with State.open(url) as state:
            state.record_sightings([Sighting(LINK, "shared", ("x",)), Sighting(LINK, f"p{number}")], number)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(1, 6)))
    with State.open(url) as state:
        assert state.record_sightings([Sighting(LINK, "shared", ("y", "\ud800\0"))], 3) == 0
        [shared] = [one for one in state.sightings() if one.source == "shared"]
        assert (shared.tags, shared.last_seen) == (("y", "\ud800\0"), 5)
        assert SourceSummary("p2", 1, 1, 2, 2) in state.sources()


def test_the_key_log_of_several_writers_on_postgresql_is_one_chain(url):
    def write(number: int) -> None:
        address = Address("https", f"s{number}.example", 443)
        server = Server(address, f"{number:064x}")
        with State.open(url) as state:
            for at in (100, 200):
                state.record_polls([Poll(address, Outcome.REACHED, server=server, key_proof=KeyProof.ONION)], at)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(8)))
    with State.open(url) as state:
        known = state.keys()
        assert {(one.first_proven, one.last_proven) for one in known} == {(100, 200)}
        assert len(state.key_log()) == 8
        assert broken_at(state.key_log()) is None


def test_an_unreachable_server_is_told(tmp_path):
    with pytest.raises(StateError, match="Check STATE_URL, and that the database server runs"):
        State.open(f"postgresql://user@/postgres?host={tmp_path}")

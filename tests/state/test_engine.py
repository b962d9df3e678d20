"""SQLite files that are damaged or busy: looked at before they are written to."""

import gc
import os
import weakref
from random import Random

import pytest

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import NoStateError, State, StateError
from sessioncrawler.state.engine import an_engine, parse_url


@pytest.fixture
def whole(tmp_path):
    """A state with a few pages, which no connection holds open."""
    path = tmp_path / "whole.db"
    link = JoinLink(Address("https", "sogs.example", 443), "room", "a" * 64)
    with State.open(f"sqlite:///{path}") as state:
        state.record_sightings([Sighting(link, f"source {number}") for number in range(500)], 1)
    return path.read_bytes()


def test_noise_in_any_page_is_found_before_anything_is_written(whole, tmp_path):
    for page in range(1, len(whole) // 4096):
        path = tmp_path / f"{page}.db"
        noise = whole[: 4096 * page] + Random(page).randbytes(4096) + whole[4096 * (page + 1) :]
        path.write_bytes(noise)
        with pytest.raises(StateError, match=r"is damaged or no SQLite database\. Put a backup in its place"):
            State.open(f"sqlite:///{path}")
        assert path.read_bytes() == noise


def test_a_file_that_is_whole_is_looked_at_once(whole, tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(whole)
    url = f"sqlite:///{path}"
    State.open(url).close()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))  # the same file, by its inode
    with pytest.raises(StateError, match="is damaged"), State.open(url) as state:
        state.sightings()


@pytest.mark.parametrize(("option", "milliseconds"), [("", 1500), ("?timeout=60", 60_000), ("?timeout=-1", 0)])
def test_the_url_says_how_long_to_wait(tmp_path, option, milliseconds):
    url = parse_url(f"sqlite:///{tmp_path}/state.db{option}")
    with an_engine(url, 1.5) as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == milliseconds


def test_who_opens_a_state_again_needs_no_new_sql_and_leaves_no_connection(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as first, State.open(url) as second:
        assert first._engine is second._engine
        second.sightings()
    assert first._engine.pool.checkedin() == 0
    with State.open(url) as third:
        assert third._engine is first._engine
        assert third.sightings() == []
    (tmp_path / "state.db").rename(tmp_path / "elsewhere.db")
    with State.open(url) as anew:
        assert anew.sightings() == []
    assert (tmp_path / "state.db").exists()


def test_databases_in_memory_and_those_of_a_child_are_their_own(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open("sqlite://") as one, State.open("sqlite://") as other:
        assert one._engine is not other._engine
    with State.open(url) as ours:
        if (child := os.fork()) == 0:
            with State.open(url) as theirs:
                os._exit(theirs._engine is ours._engine)
        assert os.waitpid(child, 0)[1] == 0


def test_few_engines_are_kept(tmp_path):
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(9)]
    engines = []
    for url in urls:
        with State.open(url) as state:
            engines.append(weakref.ref(state._engine))
    del state
    gc.collect()
    assert [engine() is not None for engine in engines] == [False] * 5 + [True] * 4


def test_options_that_are_not_understood_are_told(tmp_path):
    with pytest.raises(StateError, match=r"an option that is not understood \(.*long.*\)\. Mend what follows"):
        State.open(f"sqlite:///{tmp_path}/state.db?timeout=long")


def test_text_that_is_no_text_is_damage(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as state:
        state.record_sightings([Sighting(JoinLink(Address("http", "a.example", 80), "room", "a" * 64), "one")], 1)
        with state._writing.begin() as connection:
            connection.exec_driver_sql("UPDATE sightings SET tags = CAST(x'ff5b' AS TEXT)")
        with pytest.raises(StateError, match="is damaged"):
            state.sightings()


def test_who_only_reads_makes_no_state(tmp_path):
    url = f"sqlite:///{tmp_path}/data/state.db"
    with pytest.raises(NoStateError, match=r"There is no state at .*state\.db yet: run 'scrapy refresh' first"):
        State.open(url, create=False)
    assert list(tmp_path.iterdir()) == []
    State.open(url).close()
    State.open(url, create=False).close()
    State.open("sqlite://", create=False).close()

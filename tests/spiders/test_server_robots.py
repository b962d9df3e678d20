"""Servers that opt out in their ``robots.txt``, and everybody else who has one, in crawls over days, in both states."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from sessioncrawler.state import State
from simnet import SimNet, Truth
from simnet.client import RequestRecord
from simnet.robots import LISTED, OPTS_OUT, PATH
from simnet.world import make_world
from tests.support import postgresql
from tests.support.crawling import Job, run_crawls
from tests.support.scrapy_process import scrapy
from tests.support.sogs_world import NOW, World, by_server, settings_for

HOUR = 3600
DAY = 24 * HOUR
SEED = 1
SPECS = make_world(SEED, "robots").servers
LATER = make_world(SEED, "robots").after.servers
TURNS = next(one.index for one in SPECS if not one.robots and LATER[one.index].robots == OPTS_OUT and one.links)
"""The server that opts out later."""
OUT = [one.index for one in SPECS if one.robots == OPTS_OUT and one.links and not one.fault]
"""Those that do from the beginning, and have a say."""


@dataclass
class Life:
    """Crawls of one network into one state."""

    net: SimNet
    folder: Path
    state: str
    told: dict[str, tuple[World, Truth, list[RequestRecord]]] = field(default_factory=dict)

    def settings(self, at: int) -> dict[str, object]:
        more = {"STATE_URL": self.state, "CRAWL_TIME": NOW + at, "ROBOTS_TIME": 10}
        return {**settings_for(self.net, self.folder), **more}

    def listed(self, name: str) -> set[int]:
        """The indices of the servers that have Communities on the page."""
        ports = {port: index for index, port in self.net.ports.items()}
        return {ports[item["server"]["address"]["port"]] for item in self.told[name][0].communities}

    def asked(self, name: str, index: int) -> list[str]:
        """What the server with this index was asked."""
        spec = LATER[index]
        return [one.path for one in by_server(self.told[name][2])[f"{index}-{spec.kind}"]]

    def explain(self, index: int, at: int) -> str:
        host = (
            f"127.0.0.1:{self.net.ports[index]}"
            if SPECS[index].kind == "http-ip"
            else f"localhost:{self.net.ports[index]}"
        )
        done = scrapy(self.folder, "explain", host, settings=self.settings(at))
        assert done.returncode == 0, done.stderr
        return done.stdout


def crawl(lives: Iterable[Life], name: str, at: int) -> None:
    """Crawl all networks, each into its state, at the same time: what this takes is what servers make us wait for."""
    names = {"extra": "sources"}
    for life in lives:
        urls = life.net.listing_urls.items()
        life.listings = run_crawls([Job(names.get(site, site), {"url": url}, life.settings(at)) for site, url in urls])
        life.net.reset_log()
    crawls = run_crawls([Job("sogs", settings=life.settings(at)) for life in lives])
    for life, found in zip(lives, crawls, strict=True):
        world = World(life.net, life.folder, life.listings, found)
        life.told[name] = world, life.net.truth, life.net.requests()


def naming(site: Path, spec) -> list[str]:
    """The files that name a Community of a server."""
    names = [f"{room.token}{plus}{spec.key[:4]}" for room in spec.rooms for plus in ("+", "%2B", "%2b")]
    names += [f"{room.token}?public_key={spec.key}" for room in spec.rooms]
    texts = ((path, path.read_bytes().decode(errors="replace")) for path in site.rglob("*") if path.is_file())
    return [str(path.relative_to(site)) for path, text in texts if any(name in text for name in names)]


STATES = ("sqlite", "postgresql")


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """A life with each state that this machine has."""
    with ExitStack() as held:
        lives = {}
        for name in STATES:
            folder = tmp_path_factory.mktemp(name)
            url = f"sqlite:///{folder}/state.db"
            if name == "postgresql":
                if not (find_spec("psycopg") and postgresql.installed()):
                    continue
                url = held.enter_context(postgresql.database(held.enter_context(postgresql.server()), "robots"))
            lives[name] = Life(held.enter_context(SimNet(SEED, "robots")), folder, url)
        every = lives.values()
        crawl(every, "first", 0)
        for life in every:
            life.net.advance()
        crawl(every, "soon", HOUR)
        for life in every:
            life.named_before = naming(life.folder / "site", SPECS[TURNS])
        crawl(every, "a week later", 11 * DAY)
        for life in every:
            life.status = (life.folder / "site" / "status" / "index.html").read_text()
            life.naming = naming(life.folder / "site", SPECS[TURNS])
            life.stories = {index: life.explain(index, 11 * DAY) for index in (*OUT, TURNS)}
        crawl(every, "half a day later", 11 * DAY + 12 * HOUR)
        for life in every:
            life.net.advance(TURNS, back=True)
        crawl(every, "allowed again", 12 * DAY + HOUR)
        yield lives


@pytest.fixture(params=STATES)
def life(request, lives):
    if request.param not in lives:
        pytest.skip(f"{postgresql.MISSING}, and psycopg")
    return lives[request.param]


def test_who_opts_out_is_never_listed_and_nobody_else_is_missing(life):
    for name, (world, truth, _) in life.told.items():
        assert world.crawl.reason == "finished"
        due = {one.identifier for one in truth.communities}
        if name == "soon":  # nobody has asked it since
            due |= {one.identifier for one in life.told["first"][1].communities if one.public_key == SPECS[TURNS].key}
        assert set(world.listed()) == due, name
        assert not life.listed(name) & set(OUT)


def test_new_servers_are_asked_at_once_and_known_ones_once_a_week(life):
    relayed = {one.impostor_of for one in LATER}
    quiet = [one for one in SPECS if one.links and not one.fault and one.index not in relayed]
    healthy = [one.index for one in quiet if one.robots in ("", "everyone", "others", "pages")]
    assert len(healthy) > 4
    for index in healthy:
        assert life.asked("first", index).count(PATH) == 1, SPECS[index]
        assert life.asked("soon", index).count(PATH) == 0
        assert len(life.asked("soon", index)) <= 2 + (SPECS[index].certificate == "none")
        assert life.asked("a week later", index).count(PATH) == 1
        assert life.asked("half a day later", index).count(PATH) == 0


def test_the_rooms_are_asked_for_first(life):
    for index in (*OUT, TURNS):
        paths = life.asked("first", index)
        assert paths[-1] == PATH
        assert paths.count(PATH) == 1


def test_who_opts_out_is_asked_once_a_day_and_then_for_robots_txt_too(life):
    (relayed,) = [one.impostor_of for one in LATER if one.kind == "relay-of-opted-out"]
    for index in OUT:
        # Who is new there, and passes all on, is not known yet.
        assert index == relayed or life.asked("soon", index) == []
        assert PATH in life.asked("a week later", index)
        assert life.asked("half a day later", index) == []
        assert PATH in life.asked("allowed again", index)


def test_it_is_left_out_by_name_in_the_data(life):
    stats = life.told["first"][0].crawl.stats
    rooms = sum(len(SPECS[index].rooms) for index in OUT)
    assert stats["robots/opted_out"] == len(OUT)
    assert stats["policy/dropped/opted-out"] == rooms
    assert life.told["soon"][0].crawl.stats["policy/dropped/opted-out"] == rooms


def test_it_comes_and_goes_as_its_robots_txt_does(life):
    assert [TURNS in life.listed(name) for name in life.told] == [True, True, False, False, True]


@pytest.mark.parametrize("file", LISTED)
def test_every_other_file_costs_nothing(life, file):
    (index,) = [one.index for one in SPECS if one.robots == file]
    assert all(index in life.listed(name) for name in life.told)
    assert life.asked("first", index).count(PATH) <= 4


def test_no_relay_or_copier_has_a_say(life):
    for one in LATER:
        if one.impostor_of is not None and one.robots == OPTS_OUT:
            assert all(one.impostor_of in life.listed(name) for name in life.told), one.kind
    assert any(PATH in life.asked("soon", one.index) for one in LATER if one.kind == "relay-opts-out")


def test_a_relay_does_not_bring_back_who_opted_out(life):
    (relay,) = [one for one in LATER if one.kind == "relay-of-opted-out"]
    assert relay.impostor_of in OUT
    assert life.asked("a week later", relay.index)
    assert not any(relay.index in life.listed(name) for name in life.told)


def test_it_is_explained(life):
    for index in (*OUT, TURNS):
        story = life.stories[index]
        assert "asks in its robots.txt not to be listed" in story
        assert "take the group 'User-agent: sessioncrawler' out of robots.txt" in story
    assert life.status.count("asks in its robots.txt not to be listed") >= len(OUT) + 1


def test_nothing_of_it_is_remembered_as_gone(life):
    with State.open(life.state) as state:
        keys = {one.facts.public_key for one in (*state.listings(), *state.events(10_000))}
    assert keys
    assert not keys & {SPECS[index].key for index in OUT}


def test_who_comes_back_is_as_it_was_and_nothing_names_it_meanwhile(life):
    assert len(life.named_before) > 5
    assert life.naming == []
    with State.open(life.state) as state:
        first = {one.first_listed for one in state.listings() if one.facts.public_key == SPECS[TURNS].key}
        assert first == {NOW}
        assert not [one for one in state.events(10_000) if one.facts.public_key == SPECS[TURNS].key]

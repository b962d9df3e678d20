"""Directories of many servers over weeks: polls into the state, and from there through all pipelines onto the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sessioncrawler.addresses import parse_address
from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.items import PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import JoinLink, KeyProof, Outcome, Poll, Room, Server, Sighting
from sessioncrawler.settings import ITEM_PIPELINES
from sessioncrawler.state import State
from tests.support.publishing import DIRECTORY, NOW, SITE, publish

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
PIPELINES = {
    name: place for name, place in ITEM_PIPELINES.items() if name.split(".")[2] not in ("sightings", "answers", "icons")
}

Answers = Mapping[str, int | Outcome | tuple[Room, ...]]
"""By host: how many rooms it tells, or which, or how it fails."""


def hosts(many: int, pattern: str = "sogs.honest{}.org") -> list[str]:
    return [pattern.format(number) for number in range(many)]


def key_of(host: str) -> str:
    return sha256(host.encode()).hexdigest()


def poll_of(host: str, answer: int | Outcome | tuple[Room, ...]) -> Poll:
    address = parse_address(f"https://{host}")
    if isinstance(answer, Outcome):
        return Poll(address, answer)
    rooms = tuple(Room(f"room{n}", f"Room {n}") for n in range(answer)) if isinstance(answer, int) else answer
    return Poll(address, Outcome.REACHED, server=Server(address, key_of(host)), rooms=rooms, key_proof=KeyProof.ONION)


class Town:
    """A state and a site, and what strangers do to them from ``NOW`` on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/state.db"
        self.rules = ""
        """More lines of directory.toml."""

    def ask(self, answers: Answers, at: int, *, named: bool = True) -> None:
        """Ask these servers ``at`` seconds after the beginning; sources have ``named`` them, or not."""
        polls = [poll_of(host, answer) for host, answer in answers.items()]
        with State.open(self.url) as state:
            links = [JoinLink(poll.address, "room0", key_of(poll.address.host)) for poll in polls]
            state.record_sightings([Sighting(link, "source") for link in links if named], NOW + at)
            state.record_polls(polls, NOW + at)

    def publish(self, at: int, **settings: object) -> list[str]:
        """What the spider ``directory`` does; the names of the monitors that object."""
        config = self.folder / "own.toml"
        config.write_text(DIRECTORY + self.rules)
        with State.open(self.url) as state:
            known = Knowledge.read(state, configured_directory(str(config)), NOW + at)
        items = [*known.communities(), *(PollItem(poll) for poll in known.settled)]
        ours = {"CRAWL_TIME": NOW + at, "DIRECTORY_CONFIG": str(config), "SITE_URI": str(self.folder / "site")}
        watching = {"ITEM_PIPELINES": PIPELINES, "EXTENSIONS": {"sessioncrawler.extensions.watch.Watch": 0}}
        self.done = publish(items, {str(self.folder / "site"): SITE}, self.folder, **ours, **watching, **settings)
        return self.objections

    def run(self, answers: Answers, at: int, **settings: object) -> list[str]:
        """A whole crawl."""
        self.ask(answers, at)
        return self.publish(at, **settings)

    def a_week(self, answers: Answers) -> None:
        """List them for a week."""
        for at in (0, WEEK):
            assert self.run(answers, at) == []

    @property
    def health(self) -> dict:
        return json.loads((self.folder / "site" / "health.json").read_text())

    @property
    def sentences(self) -> dict[str, str]:
        return {one["name"]: one["sentence"] for one in self.health["monitors"] if one["sentence"]}

    @property
    def objections(self) -> list[str]:
        """Without those that only follow."""
        return [name for name in self.sentences if name not in ("publication", "age")]

"""Simulated lives, and what must be true of their publications, computed from the life alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.joinlinks import parse_join_link
from simnet.life import HOUR, Life, Moment, make_living_world
from simnet.specs import ServerSpec, Shown
from tests.support.crawling import ROOT

NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
AS_EVER, DAY, AT_ALL = 6 * HOUR, 24 * HOUR, 72 * HOUR
FEWEST = 3
"""Servers that fail at once before it may be the directory that reaches nobody."""
Place = tuple[str, str]
"""Public key and token."""


def live(
    folder: Path, *, world: Mapping[str, Any], life: Mapping[str, Any], shown: list[int] | None = None
) -> list[dict[str, Any]]:
    """Live a life in a process of its own; what was published crawl by crawl. ``shown`` are rendered into ``site``."""
    order = {"world": world, "life": {"end": NOW, **life}, "folder": str(folder), "shown": shown or []}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONCRAWLER_", "SCRAPY_"))}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.support.life_process"],
        input=json.dumps(order),
        cwd=ROOT,
        env={**kept, "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return json.loads((folder / "story.json").read_text())


def life_of(world: Mapping[str, Any], life: Mapping[str, Any]) -> Life:
    return Life(make_living_world(**world), **{"end": NOW, **life})


@dataclass
class Remembered:
    """One server as a perfect memory knows it."""

    index: int
    seen: int = 0
    """When it answered last."""
    now: frozenset[str] = frozenset()
    """The rooms that are listed where it answers: what it told then, or, in part, before."""
    told: frozenset[str] = frozenset()
    """Those of them that it told itself."""
    netlocs: frozenset[str] = frozenset()
    """Where it answered then."""
    whole: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)
    """At each place when it told all its rooms last, and which."""
    replaced: bool = False
    """Whether its server was seen with another key since: then it is no more."""
    listed: bool = False
    """Whether it was ever published."""
    checks: list[tuple[int, bool]] = field(default_factory=list)
    """Those that count, from the first publication on: when, and whether they reached it."""
    incidents: list[list[Any]] = field(default_factory=list)
    """From, to, and the ways in which it can have failed first."""


@dataclass
class Truth:
    """What is true after each crawl of a life."""

    servers: dict[str, Remembered] = field(default_factory=dict)
    published: dict[Place, None] | None = None
    """What was published last; None before anything was."""
    events: list[tuple[int, str, str, str]] = field(default_factory=list)
    ever: set[Place] = field(default_factory=set)
    outage: bool = False
    """Whether the last crawl counts for nobody: the directory reached nobody, or it looks as if (docs/memory.md)."""

    def crawl(self, moment: Moment) -> dict[Place, tuple[str, int]]:
        """What is to be listed after the crawl of ``moment``, with the reach of its server and when it was reached."""
        # The best address comes last, and its word counts: a name is better than an IP address.
        for netloc, place in sorted(moment.places.items(), key=lambda one: not one[0][:1].isdigit()):
            if place.spec.key not in moment.answering or netloc in moment.unreached or place.fall:
                continue
            known = self.servers.setdefault(place.spec.key, Remembered(place.spec.index))
            known.netlocs = (known.netlocs if known.seen == moment.at else frozenset()) | {netloc}
            known.seen, known.told = moment.at, frozenset(listable(place.spec))
            if place.spec.shown is Shown.HINTED:
                known.told &= named(moment, netloc)
                at, before = known.whole.get(netloc, (0, frozenset()))
                known.now = known.told | (before if moment.at - at <= AT_ALL else frozenset())
            else:
                known.whole[netloc] = moment.at, known.told
                known.now = known.told
        found: dict[Place, tuple[str, int]] = {}
        answering = {spec.index for spec in moment.answering.values()}
        for key, one in self.servers.items():
            one.replaced |= one.index in answering and key not in moment.answering
            if one.seen == moment.at:
                found |= {(key, token): ("now", moment.at) for token in one.now}
                continue
            at, rooms = max((one.whole[place] for place in one.netlocs & one.whole.keys()), default=(0, frozenset()))
            age = moment.at - at
            if age > AT_ALL or one.replaced or not one.listed:
                continue
            found |= {(key, token): ("lately" if age <= AS_EVER else "away", at) for token in rooms}
        return found

    def publish(self, moment: Moment, listed: Mapping[Place, Any]) -> None:
        """The crawl was published with ``listed``; its checks count where they are not of an own outage."""
        self.outage = moment.own_outage or self._most_fail(moment)
        keys = {key for key, _ in listed}
        for place in sorted(set(listed) - set(self.published or ())):
            if self.published is not None:
                self.events.append((moment.at, "returned" if place in self.ever else "new", *place))
        for place in sorted(set(self.published or ()) - set(listed)):
            self.events.append((moment.at, "gone", *place))
        self.published = dict.fromkeys(listed)
        self.ever |= set(listed)
        for key, one in self.servers.items():
            one.listed |= key in keys
            down = bool(one.incidents) and one.incidents[-1][1] is None
            if one.replaced and down:
                one.incidents[-1][1] = moment.at
            if self.outage or not one.listed or one.replaced:
                continue
            is_reached = key in moment.answering
            one.checks.append((moment.at, is_reached))
            if is_reached and down:
                one.incidents[-1][1] = moment.at
            elif not (is_reached or down):
                one.incidents.append([moment.at, None, {how(moment, netloc) for netloc in one.netlocs}])

    def _most_fail(self, moment: Moment) -> bool:
        """Whether by chance three servers or more, and more than half of those reached within a day, are down."""
        lately = [
            key
            for key, one in self.servers.items()
            if not one.replaced and any(reached and moment.at - at < DAY for at, reached in one.checks)
        ]
        failed = [key for key in lately if key not in moment.answering]
        return len(failed) >= FEWEST and len(failed) * 2 > len(lately)


def how(moment: Moment, netloc: str) -> Outcome:
    """How whoever asks at ``netloc`` fails where nobody answers."""
    place = moment.places.get(netloc)
    if place is None:
        return Outcome.DNS
    if netloc in moment.unreached or place.fall is None:
        return Outcome.CONNECT_TIMEOUT
    return place.fall.how


def listable(spec: ServerSpec) -> Iterator[str]:
    """Tokens of the rooms of a server that are listed."""
    return (room.token for room in spec.rooms if not (room.off_record or room.withdrawn or room.lost))


def named(moment: Moment, netloc: str) -> set[str]:
    """Tokens that join links name at a place."""
    links = (parse_join_link(text) for _, text in moment.links)
    return {link.token for link in links if link and plain(link.address).netloc == netloc}

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

from simnet.life import HOUR, Life, Moment, make_living_world
from simnet.specs import ServerSpec
from tests.support.crawling import ROOT

NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
AS_EVER, AT_ALL = 6 * HOUR, 72 * HOUR
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
    at: int
    """When it told its rooms last."""
    rooms: frozenset[str]
    netlocs: frozenset[str]
    """Where it answered then."""
    replaced: bool = False
    """Whether its server was seen with another key since: then it is no more."""
    listed: bool = False
    """Whether it was ever published."""
    asked: int = 0
    reached: int = 0
    """Checks that count, from the first publication on."""
    incidents: list[list[int | None]] = field(default_factory=list)


@dataclass
class Truth:
    """What is true after each crawl of a life."""

    servers: dict[str, Remembered] = field(default_factory=dict)
    published: dict[Place, None] | None = None
    """What was published last; None before anything was."""
    events: list[tuple[int, str, str, str]] = field(default_factory=list)
    ever: set[Place] = field(default_factory=set)

    def crawl(self, moment: Moment) -> dict[Place, tuple[str, int]]:
        """What is to be listed after the crawl of ``moment``, with the reach of its server and when it was reached."""
        for netloc, place in moment.places.items():
            if place.spec.key not in moment.answering or netloc in moment.unreached or place.fall:
                continue
            known = self.servers.get(place.spec.key)
            if known is None:
                known = self.servers[place.spec.key] = Remembered(place.spec.index, 0, frozenset(), frozenset())
            same = known.at == moment.at
            known.netlocs = (known.netlocs if same else frozenset()) | {netloc}
            known.at, known.rooms = moment.at, frozenset(listable(place.spec))
        found: dict[Place, tuple[str, int]] = {}
        answering = {spec.index for spec in moment.answering.values()}
        for key, one in self.servers.items():
            age = moment.at - one.at
            one.replaced |= one.index in answering and key not in moment.answering
            if age > AT_ALL or one.replaced or (age and not one.listed):
                continue
            reach = "now" if not age else "lately" if age <= AS_EVER else "away"
            found |= {(key, token): (reach, one.at) for token in one.rooms}
        return found

    def publish(self, moment: Moment, listed: Mapping[Place, Any], *, counts: bool) -> None:
        """The crawl was published with ``listed``; its checks count where they are not of an own outage."""
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
            if not counts or not one.listed or one.replaced:
                continue
            one.asked += 1
            down = bool(one.incidents) and one.incidents[-1][1] is None
            if key in moment.answering:
                one.reached += 1
                if down:
                    one.incidents[-1][1] = moment.at
            elif not down:
                one.incidents.append([moment.at, None])


def listable(spec: ServerSpec) -> Iterator[str]:
    """Tokens of the rooms of a server that are listed."""
    return (room.token for room in spec.rooms if not (room.off_record or room.withdrawn or room.lost))

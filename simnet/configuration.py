"""The ``directory.toml`` of a simulated world, in the form that the project documents."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from simnet.specs import World
from simnet.truth import best_url

_TOPICS = {
    "linux": ["linux", "bsd"],
    "privacy": ["privacy", "freedom"],
    "crypto": ["crypto"],
    "games": ["gaming"],
    "music": ["music"],
    "arts": ["art", "books", "book"],
    "news": ["news"],
    "science": ["science"],
    "chat": ["offtopic", "café"],
}

_BESIDE, _IN_A_WHEEL = (Path(__file__).parents[up] / "directory.toml" for up in (1, 2))
SHIPPED = _BESIDE if _BESIDE.exists() else _IN_A_WHEEL
"""What the project comes with: its topics and flags are those of a lifelike world."""


def _text(value: str) -> str:
    """A TOML basic string; JSON strings are a subset of it."""
    return json.dumps(value)


def directory_toml(world: World, ports: Mapping[int, int], extra_url: str) -> str:
    """The file's text: site, one extra source, the known servers, languages, topics, hidden and pinned rooms."""
    rooms = {(spec.index, room.token): room for spec in world.servers for room in spec.rooms}

    def match(place: tuple[int, str]) -> str:
        return _text(f"{place[1]}+{world.servers[place[0]].key}")

    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8")) if world.lifelike else {}
    topics: Mapping[str, Sequence[str]] = shipped.get("topics", _TOPICS)
    name = "Session Communities" if world.lifelike else "Simulated Communities"
    parts = [
        f'[site]\nname = "{name}"\nurl = "https://example.org/"\ncontact = "operator@example.org"',
        'report_url = "mailto:operator@example.org?subject=Report%20{identifier}"\n',
        f"[[sources]]\nurl = {_text(extra_url)}\n",
    ]
    for spec in world.servers:
        if spec.configured:
            url = best_url(spec, ports[spec.index])
            official = "official = true\n" if spec.official else ""
            parts.append(
                f"[[servers]]\nurl = {_text(url)}\npublic_key = {_text(spec.believed or spec.key)}\n{official}"
            )
    lines = "".join(f"{match(place)} = {_text(rooms[place].language or '')}\n" for place in world.languages)
    parts.append(f"[languages]\n{lines}")
    parts += [
        f'[[hide]]\nmatch = {match(place)}\nreason = "a test room"\nsince = 2024-01-12\n' for place in world.hidden
    ]
    parts += [
        f'[[listings]]\nid = "{rating}"\nname = "All that are {rating}"\nrating = "{rating}"\ninclude = "*"\n'
        for rating in ("safe", "unsafe")
    ]
    parts.append("[topics]\n" + "".join(f"{topic} = {json.dumps(tags)}\n" for topic, tags in topics.items()))
    parts.append("[flags]\n" + "".join(f"{code} = {_text(flag)}\n" for code, flag in shipped.get("flags", {}).items()))
    pins = (_text(f"{token}+{world.servers[index].key}") for index, token in world.pinned)
    parts += [f"[[pin]]\nmatch = {pin}\n" for pin in pins]
    return "\n".join(parts)

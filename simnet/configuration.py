"""The ``directory.toml`` of a simulated world, in the form that the project documents."""

from __future__ import annotations

import json
from collections.abc import Mapping

from simnet.specs import World
from simnet.truth import best_url


def _text(value: str) -> str:
    """A TOML basic string; JSON strings are a subset of it."""
    return json.dumps(value)


def directory_toml(world: World, ports: Mapping[int, int], extra_url: str) -> str:
    """The file's text: site, one extra source, the known servers, languages, hidden and pinned rooms."""
    rooms = {(spec.index, room.token): room for spec in world.servers for room in spec.rooms}

    def match(place: tuple[int, str]) -> str:
        return _text(f"{place[1]}+{world.servers[place[0]].key}")

    parts = [
        '[site]\nname = "Simulated Communities"\nurl = "https://example.org/"\ncontact = "operator@example.org"\n',
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
    pins = (_text(f"{token}+{world.servers[index].key}") for index, token in world.pinned)
    parts += [f"[[pin]]\nmatch = {pin}\n" for pin in pins]
    return "\n".join(parts)

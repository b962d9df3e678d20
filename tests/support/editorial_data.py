"""Servers, rooms and recorded files for the tests of the directory's rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from sessioncrawler.model import Address, Room, Server

ROOT = Path(__file__).parents[2]
KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
NOW = 1_769_083_200  # 2026-01-22 12:00 UTC, the day of the recorded directory


def server(
    url_host: str = "sog.caliban.org", *, scheme: str = "http", port: int = 80, key: str = KEY, proven: bool = True
) -> Server:
    return Server(Address(scheme, url_host, port), key, proven=proven)


def room(token: str = "general", name: str = "General", **facts: Any) -> Room:
    return Room(token, name, **{"read": True, "write": True, "upload": True, **facts})


def recorded(name: str) -> Any:
    """A recorded file; the test is skipped where there are none."""
    path = ROOT.parent / "shared" / "realworld" / name
    if not path.exists():
        pytest.skip(f"the recorded file {name} is not here")
    return json.loads(path.read_text(encoding="utf-8"))


def recorded_rooms() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Servers and rooms of the directory of 2026-01-22: 97 pairs."""
    return [(host, each) for host in recorded("servers-2026-01-22.json") for each in host["rooms"]]

"""Refreshes that meet faults: a small world, an earlier run of it, and runs that start from there."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessioncrawler.publish.manifest import FILES
from simnet import SimNet
from tests.support.bundles import ABOUT, BUNDLE, members, without_size
from tests.support.scrapy_process import environment, offline, refresh_settings
from tests.support.sogs_world import NOW
from tests.support.warm import Warm

LATER = NOW + 200_000
"""When the second run takes place: long enough after the first that what is missing counts as gone."""
SERVERS = 6
PATIENCE = 60.0
"""Seconds within which every run has to end by itself."""
SIGKILLED = -9
HEALTH = ("health.json", "health.schema.json")
"""Files of a site that are written after it: they tell of runs that failed, too."""
_MEASURED = ("polls.json", "v1/polls.json", "v1/manifest.json", BUNDLE, FILES)


@dataclass(frozen=True)
class Run:
    """What became of a refresh."""

    code: int
    output: str
    """What a person sees: stdout and stderr."""
    seconds: float

    @property
    def last_line(self) -> str:
        return self.output.rstrip().splitlines()[-1]


@dataclass(frozen=True)
class Faults:
    """A simulated network, a folder in which a first run has left state and site, and what a second run makes of it."""

    warm: Warm
    net: SimNet
    root: Path
    proxy: Mapping[str, str]

    @property
    def old(self) -> Path:
        return self.root / "old"

    def fresh(self, name: str) -> Path:
        """A folder with the state and the site of the first run."""
        folder = self.root / name
        shutil.copytree(self.old, folder)
        return folder

    def run(
        self,
        folder: Path,
        *arguments: str,
        last: int | None = None,
        calls: int | None = None,
        late: float | None = None,
        seconds: float | None = None,
        largest: int | None = None,
        ordinary: bool = False,
        second: int | None = None,
        listing: str | None = None,
        **settings: Any,
    ) -> Run:
        """Run ``scrapy refresh`` in ``folder``, by default LATER and with the second ``directory.toml``.

        It is killed at its moment ``last``, or so many ``calls`` of functions or ``late`` seconds after that, or after
        ``seconds``. ``largest`` is the size of the largest file that it may write; an ``ordinary`` run may not write
        where root alone may; the ``second`` process that renders is killed after so many calls of functions;
        ``listing`` is the address of another LokiLocker.
        """
        urls = {name: url for name, url in self.net.listing_urls.items() if name != "extra"}
        ours = {"CRAWL_TIME": LATER, "DIRECTORY_CONFIG": str(self.root / "second.toml"), **settings}
        order = {
            "folder": str(folder),
            "arguments": arguments or ["refresh"],
            "environment": environment(refresh_settings(self.net, folder, **ours), self.proxy),
            "listing_urls": urls | ({"lokilocker": listing} if listing else {}),
            "moments": str(self.root / "moments.json") if last is None else "",
            "last": last,
            "calls": calls,
            "late": late,
            "seconds": seconds,
            "patience": PATIENCE,
            "largest": largest,
            "ordinary": ordinary,
            "second": second,
        }
        answer = self.warm.ask(order)
        output = (folder / "output.txt").read_text()
        assert last is not None or answer["code"] != SIGKILLED or seconds is not None, output
        return Run(answer["code"], output, answer["seconds"])


@contextmanager
def faults(root: Path, **settings: Any) -> Iterator[Faults]:
    """A world after its first run, in ``root``/old; ``settings`` are those of the first run."""
    # What is killed can't tell what it covered, and need not take the time to measure it.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    with (
        SimNet(seed=1, scenario="demo", servers=SERVERS) as net,
        closing(Warm("tests.faults.warm", plain)) as warm,
        offline() as proxy,
    ):
        faulty = Faults(warm, net, root, proxy)
        _write_directories(net, root)
        faulty.old.mkdir()
        first = {"CRAWL_TIME": NOW, "DIRECTORY_CONFIG": str(root / "first.toml"), **settings}
        done = faulty.run(faulty.old, **first)
        assert done.code == 0, done.output
        yield faulty


def _write_directories(net: SimNet, root: Path) -> None:
    """Two of them: between the runs two Communities come, two go, and every page changes."""
    known = net.directory_toml.read_text()
    rooms = sorted(one.identifier for one in net.truth.communities if not one.pinned)
    for name, title, hidden in (("first", "Rooms", rooms[:2]), ("second", "More rooms", rooms[2:4])):
        rules = "".join(f'[[hide]]\nmatch = "{room}"\nreason = "a test"\nsince = 2026-01-01\n' for room in hidden)
        text = known.replace(f'name = "{_site_name(known)}"', f'name = "{title}"', 1)
        assert text != known
        (root / f"{name}.toml").write_text(text + rules)


def _site_name(directory: str) -> str:
    return directory.partition('name = "')[2].partition('"')[0]


def files(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its path, hidden ones too; but for what tells how the last run went."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("health."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def measured(site: Mapping[str, bytes]) -> dict[str, Any]:
    """A site without what differs from run to run: how long each poll took, and what is derived from it."""
    return {name: _steady(name, content) for name, content in site.items()}


def _steady(name: str, content: bytes) -> Any:
    if name.endswith(ABOUT):
        return without_size(content)
    if name not in _MEASURED:
        return content
    if name == BUNDLE:
        return measured(members(content))
    value = json.loads(content)
    if name == FILES:
        return {
            path: file for path, file in value["files"].items() if path not in _MEASURED and not path.endswith(ABOUT)
        }
    for poll in value.get("polls", ()):
        poll["seconds"] = poll["tries"] = poll["requests"] = None  # who is known is asked less
    value["files"] = [one for one in value.get("files", ()) if f"v1/{one['path']}" not in _MEASURED]
    return value


def state_rows(folder: Path) -> dict[str, set[tuple[Any, ...]]]:
    """What a state holds, by table: join links with their sources, listings and events. Reads a copy."""
    copy = folder / "copy-of-state"
    copy.mkdir()
    try:
        for path in folder.glob("state.db*"):
            shutil.copy(path, copy)
        connection = sqlite3.connect(copy / "state.db")
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return {
                "sightings": set(connection.execute("SELECT link, source, first_seen FROM sightings")),
                "listed": set(connection.execute("SELECT public_key, token, first_listed FROM listed")),
                "events": set(connection.execute("SELECT at, kind, public_key, token FROM events")),
                "polls": set(connection.execute("SELECT netloc FROM polls")),
            }
        finally:
            connection.close()
    finally:
        shutil.rmtree(copy)

"""``python -m bench.compare BASE``: the site of the demo world as another commit publishes it and as this one does.

The code of BASE crawls the simulated network twice, a day apart by ``CRAWL_TIME``, and so makes a state. Both then
publish it (``scrapy crawl directory``), each from a copy of its own, with the same directory and the same time. What
differs is told: no change of code should change a byte that nobody meant to change. BASE is the older commit, since
a state can only be migrated upwards.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.checkouts import checkout, described
from bench.crawl import SCRAPY, read_sources, settings
from bench.differences import differences, told
from bench.usage import ROOT, BenchError, measure
from simnet import SimNet

NOW = 1_769_083_200
DAY = 86_400
QUICK = {
    "PATIENT_RETRY_TIMES": 2,
    "PATIENT_RETRY_TIMEOUT": 1,
    "PATIENT_RETRY_DELAY": 0,
    "CONNECT_TIMEOUT": 1,
    "SERVERS_TRANSLATED": 0,
    "COMMUNITIES_TRANSLATED": 0,
}
"""Servers that rarely answer may be missing, and the site of these crawls is not looked at: both codes publish the same
state, with all pages."""


def make_state(root: Path, folder: Path, seed: int, servers: int | None) -> None:
    """Crawl the demo world with the code of ``root``: ``state.db`` and ``directory.toml`` in ``folder``."""
    with SimNet(seed, "demo", servers) as net:
        for moment in (NOW - DAY, NOW):
            environment = settings(net, folder, **QUICK, CRAWL_TIME=moment)
            read_sources(net, environment, root)
            measure([SCRAPY, "crawl", "sogs"], environment, root=root)
        shutil.copy(net.directory_toml, folder / "directory.toml")


def publish(root: Path, made: Path, folder: Path) -> Path:
    """The site that the code of ``root`` publishes of a copy of the state in ``made``."""
    for path in [*made.glob("state.db*"), made / "directory.toml"]:
        shutil.copy(path, folder)
    site = folder / "site"
    ours = {
        "DIRECTORY_CONFIG": folder / "directory.toml",
        "STATE_URL": f"sqlite:///{folder}/state.db",
        "SITE_URI": site,
        "CRAWL_TIME": NOW,
    }
    environment = {f"SESSIONCRAWLER_{name}": str(value) for name, value in ours.items()}
    done = measure([SCRAPY, "crawl", "directory"], environment, root=root)
    if not (site / "index.html").exists():
        raise BenchError(f"The code of {described(root)} published nothing:\n{done.log[-2000:]}")
    return site


def compare(base: str, new: str | None, seed: int = 1, servers: int | None = None) -> Iterator[str]:
    """Lines about the two sites. BenchError where one could not be published."""
    with ExitStack() as stack:
        roots = [stack.enter_context(checkout(base)), stack.enter_context(checkout(new)) if new else ROOT]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (made := folder / "made").mkdir()
        make_state(roots[0], made, seed, servers)
        sites = []
        for name, root in zip(("base", "new"), roots, strict=True):
            (folder / name).mkdir()
            sites.append(publish(root, made, folder / name))
        yield f"{described(roots[0])} (base) and {described(roots[1])} (new), demo world {seed}:"
        yield from told(differences(*sites))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print; the exit code is 1 only where a site could not be published, never for differences."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("base", help="the older commit")
    parser.add_argument("--new", help="the newer commit (default: this checkout as it is)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulated network (default: 1)")
    parser.add_argument("--servers", type=int, help="fewer servers than the demo has")
    options = parser.parse_args(arguments)
    try:
        for line in compare(options.base, options.new, options.seed, options.servers):
            print(line)  # noqa: T201 - what it is for
    except BenchError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

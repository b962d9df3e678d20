"""Runs that are killed at moments drawn by a seed, and what has to hold after each of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sessioncrawler.feedstorages.folder import UNPUBLISHED
from sessioncrawler.publish.manifest import FILES, decode, fingerprint
from tests.faults.runs import SIGKILLED, Faults, faults, files, measured, state_rows

PAIRS = 16
"""Folders in which two runs are killed, one after the other, before a third may finish."""
WRITING = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect", "open")
LATE = 0.02
"""Seconds after a connection to the state within which a run is killed: in the middle of a transaction."""
CALLS = 12
"""Calls and returns of functions after other moments within which a run is killed: in the middle of a file."""


@dataclass(frozen=True)
class Moment:
    """When a run is killed."""

    last: int | None = None
    calls: int | None = None
    late: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Killing:
    """The runs before and after, undisturbed, and the moments."""

    faults: Faults
    settings: dict[str, Any]
    temporary: Path
    old_site: dict[str, Any]
    new_site: dict[str, Any]
    old_state: dict[str, set[tuple[Any, ...]]]
    pairs: list[tuple[Moment, Moment]]
    codes: list[int] = field(default_factory=list)
    """How the runs ended that were to be killed."""

    def check(self, folder: Path) -> None:
        """Whatever the moment was: no half page, no lost state."""
        found = files(folder / "site")
        hidden = {name for name in found if Path(name).name.startswith(UNPUBLISHED)}
        published = {name: content for name, content in found.items() if name not in hidden}
        if FILES in published:
            # A manifest that is there is true.
            told = decode(published.pop(FILES))
            assert told == {name: fingerprint(content) for name, content in published.items()}
        site = measured(published)
        assert site.keys() <= self.old_site.keys() | self.new_site.keys()
        assert site.keys() >= self.old_site.keys() & self.new_site.keys()
        for name, content in site.items():
            assert content in (self.old_site.get(name), self.new_site.get(name)), name
        removed = self.old_site.keys() - site.keys()
        if removed or site["index.html"] == self.new_site["index.html"]:
            assert {name: site.get(name) for name in self.new_site} == self.new_site
        assert json.loads((folder / "site" / "health.json").read_bytes())["version"] == 1
        assert list(self.temporary.iterdir()) == []
        self._check_state(folder)

    def _check_state(self, folder: Path) -> None:
        state = state_rows(folder)
        for table, rows in self.old_state.items():
            assert state[table] >= rows, table


@contextmanager
def killing(root: Path, seed: int, **settings: Any) -> Iterator[Killing]:
    """Two undisturbed runs, and PAIRS of moments that are drawn from those of the second."""
    temporary = root / "temporary"
    temporary.mkdir()
    with faults(root, **settings) as faulty:
        whole = faulty.fresh("whole")
        done = faulty.run(whole, *_refresh(temporary), **settings)
        assert done.code == 0, done.output
        old, new = state_rows(faulty.old), state_rows(whole)
        # What the second directory.toml hides is forgotten, on purpose.
        old["listed"] &= new["listed"]
        yield Killing(
            faulty,
            settings,
            temporary,
            _site(faulty.old),
            _site(whole),
            old,
            _draw(json.loads((root / "moments.json").read_text()), done.seconds, Random(seed)),
        )


def kill_twice(killed: Killing, number: int) -> None:
    """Kill a run, check, kill the next one, check; then a third one is as good as any."""
    folder = killed.faults.fresh(f"pair-{number}")
    for moment in killed.pairs[number]:
        run = killed.faults.run(folder, *_refresh(killed.temporary), **vars(moment), **killed.settings)
        # With threads, a moment may come later than when it was counted, or not at all.
        assert run.code in (SIGKILLED, 0), run.output
        killed.codes.append(run.code)
        killed.check(folder)
    run = killed.faults.run(folder, *_refresh(killed.temporary), **killed.settings)
    assert run.code == 0, run.output
    assert "Traceback" not in run.output
    assert _site(folder) == killed.new_site
    assert (folder / "site" / FILES).exists()
    killed.check(folder)


def _site(folder: Path) -> dict[str, Any]:
    """The files of a site, without their list, which a run that is killed takes away."""
    site = measured(files(folder / "site"))
    del site[FILES]
    return site


def _refresh(temporary: Path) -> tuple[str, ...]:
    return ("refresh", "-s", f"FEED_TEMPDIR={temporary}")


def _draw(events: list[str], seconds: float, rng: Random) -> list[tuple[Moment, Moment]]:
    """Most at what writes, each kind as often as the others; some anywhere; some by the clock."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, event in enumerate(events, 1):
        places[event].append(number)
    kinds = [kind for kind in WRITING if kind in places]
    moments = [Moment(seconds=rng.uniform(0.1, seconds)) for _ in range(PAIRS // 3)]
    moments += [Moment(rng.randrange(1, len(events) + 1)) for _ in range(PAIRS // 2)]
    while len(moments) < 2 * PAIRS:
        kind = kinds[len(moments) % len(kinds)]
        place = rng.choice(places[kind])
        if kind == "sqlite3.connect":
            moments.append(Moment(place, late=rng.uniform(0, LATE)))
        else:
            moments.append(Moment(place, calls=rng.randrange(CALLS) or None))
    rng.shuffle(moments)
    # The earlier one first: a run that follows one which was nearly done has less to do, so fewer moments.
    pairs = zip(moments[::2], moments[1::2], strict=True)
    return [(one, two) if (one.last or 0) <= (two.last or 0) else (two, one) for one, two in pairs]

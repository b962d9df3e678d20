"""What the monitors say: a crawl compared with the last good one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sessioncrawler.editorial.monitors.absences import Absence, others
from sessioncrawler.editorial.monitors.figures import FEW, HOUR, Figures, Limits
from sessioncrawler.editorial.monitors.places import ServerPlace, ServerPlaces
from sessioncrawler.model import Outcome
from sessioncrawler.text.dates import day_and_minute

FORCE = "if the numbers are right, publish them with -s FORCE_PUBLISH=1"

_CONNECTION = "Check the connection and the firewall of this machine"
_RULES = "Check whether a rule of directory.toml hides too many"
_CAUSES = {
    Outcome.DNS: "Check the name resolver of this machine",
    Outcome.TLS: "Check the clock of this machine, its certificates and TLS_CA_FILE",
    Outcome.REFUSED: _CONNECTION,
    Outcome.CONNECT_TIMEOUT: _CONNECTION,
    Outcome.STALLED: _CONNECTION,
    Outcome.RESET: _CONNECTION,
    Outcome.PROXY: "Check the proxy",
    Outcome.NO_SOCKS_PROXY: "Check SOCKS_PROXY",
    Outcome.REDIRECTED: "Check whether this machine is behind a login page",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one monitor says; ``sentence`` tells what is wrong and what to do, and is empty where all is well."""

    name: str
    sentence: str = ""
    passes_at: int | None = None
    """When it will find nothing any more if nothing changes, Unix seconds; None where that will not come by itself."""

    @property
    def ok(self) -> bool:
        """Whether the monitor found nothing."""
        return not self.sentence


def passes_at(verdicts: Iterable[Verdict]) -> int | None:
    """When all ``verdicts`` will be good by themselves; None where all are good, or where one will not be."""
    times = [verdict.passes_at for verdict in verdicts if not verdict.ok]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def judge(
    figures: Figures,
    last: Figures | None,
    limits: Limits,
    places: ServerPlaces | None = None,
    absences: Iterable[Absence] = (),
) -> tuple[Verdict, ...]:
    """Compare ``figures`` with those of the ``last`` good run; without one there is nothing to compare with.

    Servers and their Communities are compared by the ``places`` that are known for a week where there is any, else by
    their numbers. ``absences`` are what :func:`~sessioncrawler.editorial.monitors.absences.remember` says after this
    crawl.
    """
    if last is None:
        return tuple(Verdict(name) for name in ("servers", "communities", "sources", "failures"))
    sources = _loss("sources", figures.sources, last.sources, limits.sources, "Run the source spiders, or mend them")
    if places:
        known = _Known(places, {one.place: one for one in absences}, limits)
        return known.servers(), known.communities(), sources, known.failures()
    return (
        _loss("servers", figures.servers, last.servers, limits.servers, "Check the connection of this machine"),
        _loss("communities", figures.communities, last.communities, limits.communities, _RULES),
        sources,
        Verdict("failures", " ".join(_surges(figures, last, limits.failures))),
    )


def judge_age(now: int, published_at: int | None, most_hours: float) -> Verdict:
    """Whether what was published at ``published_at`` (Unix seconds; None for never) is older than ``most_hours``."""
    if published_at is None:
        return Verdict("age", "Nothing was published yet. Run 'scrapy refresh' and look at its log.")
    if most_hours <= 0 or now - published_at <= most_hours * HOUR:
        return Verdict("age")
    hours = (now - published_at) / HOUR
    return Verdict(
        "age",
        f"The site is {hours:.1f} hours old, and {most_hours:g} are allowed (MONITOR_MAX_AGE). "
        "Look at the log of the last refresh.",
    )


@dataclass(slots=True)
class _Known:
    """The places that are known for a week, less those whose absence is explained."""

    places: ServerPlaces
    absences: Mapping[str, Absence]
    limits: Limits
    counted: dict[str, ServerPlace] = field(init=False)
    """Those that count."""
    waits: list[tuple[int, str]] = field(init=False)
    """When what is missing will be explained, and what, the first first."""

    def __post_init__(self) -> None:
        self.counted = {name: place for name, place in self.places.items() if not self._explained(name, place)}
        self.waits = sorted(self._waits())

    def servers(self) -> Verdict:
        mend = "Check the connection of this machine"
        return self._loss("servers", self.limits.servers, "have any Community left", mend, lambda place: place.there)

    def communities(self) -> Verdict:
        share = self.limits.communities
        return self._loss("communities", share, f"still list {share:.0%} of theirs", _RULES, lambda place: place.whole)

    def failures(self) -> Verdict:
        most = self.limits.failures

        def surges(places: Sequence[ServerPlace]) -> list[tuple[Outcome, int]]:
            ends = Counter(outcome for place in places if not place.there for outcome in place.failures)
            return sorted((end, many) for end, many in ends.items() if many > max(most * len(places), FEW - 1))

        places = list(self.counted.values())
        found = surges(places) if most > 0 else []
        at = self._passes(lambda rest: not surges(rest)) if found else None
        told = (
            f"Polls that ended as {end}: those of {many} of {len(places)} places (domains or networks) that have "
            f"been listed for a week. {_cause(end)}; {_force(at)}."
            for end, many in found
        )
        return Verdict("failures", " ".join(told), at)

    def _loss(self, name: str, share: float, kept: str, mend: str, good: Callable[[ServerPlace], bool]) -> Verdict:
        def passes(places: Sequence[ServerPlace]) -> bool:
            return not _lost(sum(map(good, places)), len(places), share)

        places = list(self.counted.values())
        if passes(places):
            return Verdict(name)
        at = self._passes(passes)
        return Verdict(
            name,
            f"{name.capitalize()}: {sum(map(good, places))} of {len(places)} places (domains or networks) "
            f"that have been listed for a week {kept}, and {share:.0%} are wanted. {mend}; {_force(at)}.",
            at,
        )

    def _passes(self, good: Callable[[Sequence[ServerPlace]], bool]) -> int | None:
        """When ``good`` will be true, since enough is explained by then, if nothing else changes."""

        def then(explained: int) -> bool:
            gone = {name for _, name in self.waits[:explained]}
            return good([place for name, place in self.counted.items() if name not in gone])

        enough = bisect_left(range(len(self.waits) + 1), x=True, key=then)
        return self.waits[enough - 1][0] if 0 < enough <= len(self.waits) else None

    def _explained(self, name: str, place: ServerPlace) -> bool:
        absence = self.absences.get(name)
        if absence is None or (place.hidden and not absence.forced):
            return False
        return absence.explained(self.limits.patience)

    def _waits(self) -> Iterator[tuple[int, str]]:
        patience = self.limits.patience
        if not patience or others(self.places) < FEW:
            return
        for name, absence in self.absences.items():
            place = self.places.get(name)
            if place and not place.whole and not place.hidden and not absence.explained(patience):
                yield absence.at + patience - absence.missed, name


def _lost(now: int, then: int, share: float) -> bool:
    return now < share * then and then - now >= FEW


def _loss(name: str, now: int, then: int, share: float, mend: str) -> Verdict:
    if not _lost(now, then, share):
        return Verdict(name)
    return Verdict(
        name,
        f"{name.capitalize()}: {now}, where the last good runs had {then} and {share:.0%} of them are wanted. "
        f"{mend}; {FORCE}.",
    )


def _surges(figures: Figures, last: Figures, most: float) -> Iterator[str]:
    """A sentence for each way to fail in which more addresses ended that used to answer than ``most`` allows.

    Anybody may post links that lead nowhere: of the failures only as many count as there are addresses less that
    answer.
    """
    if most <= 0:
        return
    total, before = sum(figures.polls.values()), sum(last.polls.values())
    answered = last.polls.get(Outcome.REACHED.value, 0)
    lost = answered - figures.polls.get(Outcome.REACHED.value, 0)
    for outcome, number in sorted(figures.polls.items()):
        more = min(number - last.polls.get(outcome, 0), lost)
        if outcome != Outcome.REACHED and more > max(most * answered, FEW - 1):
            yield (
                f"Polls that ended as {outcome}: {number} of {total}, in the last good run "
                f"{last.polls.get(outcome, 0)} of {before}. {_cause(Outcome(outcome))}; {FORCE}."
            )


def _cause(outcome: Outcome) -> str:
    return _CAUSES.get(outcome, "Look at the outcomes in the log")


def _force(at: int | None) -> str:
    if at is None:
        return FORCE
    return f"it passes by itself after {day_and_minute(at)}, if the others go on answering; {FORCE}"

"""Whether the figures of a crawl are fit to be published: compared with those of the last good one (docs/watching.md).

Pure rules. A good run is one that was published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from sessioncrawler.model import Outcome

SLACK = 3
"""Fewer than these that are missing, or that fail, are the accident of one or two operators and no fault of ours."""
USUAL_RUNS = 32
"""Good runs, a day's worth, that say what is usual."""
FORCE = "if the numbers are right, publish them with -s FORCE_PUBLISH=1"
HOUR = 3_600
KNOWN_FOR = 7 * 24 * HOUR
"""Seconds for which a server must have been listed to be missed: strangers can bring a thousand for a day or two."""

_CONNECTION = "Check the connection and the firewall of this machine"
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
class Figures:
    """What a crawl came to."""

    communities: int
    """Communities that are listed."""
    servers: int
    """Servers (public keys) with at least one of them."""
    sources: int
    """Sources of join links that were heard of within a day before the crawl."""
    polls: Mapping[str, int] = field(default_factory=dict)
    """Outcome → how many addresses ended so."""


@dataclass(frozen=True, slots=True)
class LongListed:
    """The servers that have been listed for a week, by public key: how many Communities each has listed."""

    then: Mapping[str, int]
    """In the last publication."""
    now: Mapping[str, int]
    """In this crawl; servers that came since may be there, too."""

    @property
    def there(self) -> int:
        """How many of these servers still have a Community."""
        return sum(self.now.get(key, 0) > 0 for key in self.then)

    @property
    def communities(self) -> int:
        """Communities that are there: no server makes up for what another one lost."""
        return sum(min(self.now.get(key, 0), number) for key, number in self.then.items())


@dataclass(frozen=True, slots=True)
class Limits:
    """What a crawl may lose against the last good run. 0 switches a monitor off."""

    servers: float = 0.5
    communities: float = 0.5
    sources: float = 0.5
    """The share of the last good run's number that has to be there, 0 to 1."""
    failures: float = 0.25
    """The share of the addresses that answered last time that may now fail in one and the same way."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one monitor says; ``sentence`` tells what is wrong and what to do, and is empty where all is well."""

    name: str
    sentence: str = ""

    @property
    def ok(self) -> bool:
        """Whether the monitor found nothing."""
        return not self.sentence


def usual(runs: Sequence[Figures]) -> Figures | None:
    """What to compare with: the last of the good ``runs`` (the latest first), but no more than is usual.

    Strangers may bring thousands of rooms or servers for an hour and take them away: what was there for less than half
    of the last runs must not make the rest look like a loss. None where there was no good run.
    """
    if not runs:
        return None
    last, reached = runs[0], Outcome.REACHED.value
    return Figures(
        communities=min(last.communities, median_low(run.communities for run in runs)),
        servers=min(last.servers, median_low(run.servers for run in runs)),
        sources=min(last.sources, median_low(run.sources for run in runs)),
        polls={
            **last.polls,
            reached: min(last.polls.get(reached, 0), median_low(run.polls.get(reached, 0) for run in runs)),
        },
    )


def judge(
    figures: Figures, last: Figures | None, limits: Limits, long_listed: LongListed | None = None
) -> tuple[Verdict, ...]:
    """Compare ``figures`` with those of the ``last`` good run; without one there is nothing to compare with.

    Servers and their Communities are compared one by one where any was listed for a week, else by their numbers.
    """
    if last is None:
        return tuple(Verdict(name) for name in ("servers", "communities", "sources", "failures"))
    servers, communities = (figures.servers, last.servers), (figures.communities, last.communities)
    answered = last.polls.get(Outcome.REACHED.value, 0)
    lost = answered - figures.polls.get(Outcome.REACHED.value, 0)
    if long_listed and long_listed.then:
        servers = long_listed.there, len(long_listed.then)
        communities = long_listed.communities, sum(long_listed.then.values())
        answered, lost = len(long_listed.then), len(long_listed.then) - long_listed.there
    return (
        _loss("servers", *servers, limits.servers, "Check the connection of this machine"),
        _loss("communities", *communities, limits.communities, "Check whether a rule of directory.toml hides too many"),
        _loss("sources", figures.sources, last.sources, limits.sources, "Run the source spiders, or mend them"),
        Verdict("failures", " ".join(_surges(figures, last, limits.failures, answered, lost))),
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


def _loss(name: str, now: int, then: int, share: float, mend: str) -> Verdict:
    if now >= share * then or then - now < SLACK:
        return Verdict(name)
    return Verdict(
        name,
        f"{name.capitalize()}: {now}, where the last good runs had {then} and {share:.0%} of them are wanted. "
        f"{mend}; {FORCE}.",
    )


def _surges(figures: Figures, last: Figures, most: float, answered: int, lost: int) -> Iterator[str]:
    """A sentence for each way to fail in which more addresses ended that used to answer than ``most`` allows.

    Anybody may post links that lead nowhere: of the failures only as many count as are ``lost`` of those that
    ``answered`` before.
    """
    if most <= 0:
        return
    total, before = sum(figures.polls.values()), sum(last.polls.values())
    for outcome, number in sorted(figures.polls.items()):
        more = min(number - last.polls.get(outcome, 0), lost)
        if outcome != Outcome.REACHED and more > max(most * answered, SLACK - 1):
            cause = _CAUSES.get(Outcome(outcome), "Look at the outcomes in the log")
            yield (
                f"Polls that ended as {outcome}: {number} of {total}, in the last good run "
                f"{last.polls.get(outcome, 0)} of {before}. {cause}; {FORCE}."
            )

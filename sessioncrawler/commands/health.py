"""``scrapy health``: when the site was published, and whether that is too long ago."""

from __future__ import annotations

import argparse
import sys

from scrapy.exceptions import UsageError

from sessioncrawler.clock import crawl_time
from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.editorial.monitors import HOUR, Verdict, judge_age
from sessioncrawler.publish.health import health_json
from sessioncrawler.state import NoStateError, Run, State, StateError, Withheld
from sessioncrawler.text.dates import day_and_minute
from sessioncrawler.text.secrets import redacted


class HealthCommand(ReadingCommand):
    """Exit code 0 where the site is young enough, else 1. Reads the state and nothing else."""

    def syntax(self) -> str:
        """Options only."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Tell when the site was published and what it held; fail where that is too long ago"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--json`` is for programs."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="tell it as JSON, in the shape of health.json")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print it to stdout; what is wrong, and why nothing can be told, to stderr."""
        if args:
            got = redacted(args[0])
            raise UsageError(f"'scrapy health' takes no argument, but got {got!r}; settings are given with -s")
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        try:
            last, withheld = _last_runs(settings["STATE_URL"])
            now, most = crawl_time(settings), settings.getfloat("MONITOR_MAX_AGE")
        except (StateError, ValueError) as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        age = judge_age(now, last.at if last else None, most)
        self._tell(now, last, withheld, age, as_json=opts.json)
        self.exitcode = 0 if age.ok else 1

    def _tell(self, now: int, last: Run | None, withheld: Withheld | None, age: Verdict, *, as_json: bool) -> None:
        objections = withheld.verdicts if withheld else ()
        if as_json:
            print(health_json(now, (*objections, age), None, last).decode(), end="")
            return
        if last:
            say(written(last, now), sys.stdout)
        if withheld:
            say(f"The run of {day_and_minute(withheld.at)} was not published.", sys.stderr)
        for verdict in objections:
            say(verdict.sentence, sys.stderr)
        if not age.ok:
            say(age.sentence, sys.stderr)


def _last_runs(url: str) -> tuple[Run | None, Withheld | None]:
    """The last run that was published, and the last that was judged where it was withheld."""
    try:
        with State.open(url, create=False) as state:
            return state.last_run(), state.withheld()
    except NoStateError:
        return None, None


def written(run: Run, now: int) -> str:
    """A run that was published, as text of a few lines."""
    figures = run.figures
    polls = ", ".join(f"{addresses} {outcome}" for outcome, addresses in sorted(figures.polls.items()))
    return (
        f"Published on {day_and_minute(run.at)}, {max(0, now - run.at) / HOUR:.1f} hours ago.\n"
        f"Communities: {figures.communities}, servers: {figures.servers}, sources: {figures.sources}.\n"
        f"Polls: {polls or 'none'}."
    )

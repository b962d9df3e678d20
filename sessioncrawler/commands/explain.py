"""``scrapy explain``: the whole story of a Community, a server or an address."""

from __future__ import annotations

import argparse
import sys

from scrapy.exceptions import UsageError

from sessioncrawler.clock import crawl_time
from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.editorial.config import DirectoryError, configured_directory
from sessioncrawler.explain.pictures import Icons
from sessioncrawler.explain.story import NothingToTellError, Story, tell
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.publish.reading import reading
from sessioncrawler.state import State, StateError


class ExplainCommand(ReadingCommand):
    """Exit code 0 where there is a story to tell, else 1. Asks no network."""

    def syntax(self) -> str:
        """Takes what is to be explained."""
        return "[options] WHAT"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Tell all about a Community or server: who named it, how it answered, why it is listed or not"

    def long_desc(self) -> str:
        """Say what can be asked for."""
        return (
            f"{self.short_desc()}. WHAT is a join link, TOKEN+ and 4 or more digits of the key or server id, a server "
            "id, a host, host:port, or a key. Everything comes from the state and directory.toml; polls are recorded "
            "while a crawl runs."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Print the story to stdout, or to stderr why there is none."""
        if len(args) != 1:
            raise UsageError(
                f"'scrapy explain' takes one join link, room, server, host or key, but got {len(args)}",
                print_help=False,
            )
        try:
            story = tell(args[0], *self._knowledge())
        except (DirectoryError, StateError, NothingToTellError, ValueError) as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        say(written(story), sys.stdout)

    def _knowledge(self) -> tuple[Knowledge, Icons | None]:
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        directory = configured_directory(settings["DIRECTORY_CONFIG"])
        with State.open(settings["STATE_URL"], create=False) as state:
            known = Knowledge.read(state, directory, crawl_time(settings), **reading(settings))
            fetched = settings.getbool("ICONS_ENABLED")
            return known, {icon.room: icon for icon in state.icons()} if fetched else None


def written(story: Story) -> str:
    """A story as text: a title on a line of its own, its sentences below it."""
    parts = ("\n".join([part.title, *(f"  {sentence}" for sentence in part.sentences)]) for part in story.parts)
    return "\n\n".join([story.subject, *parts])

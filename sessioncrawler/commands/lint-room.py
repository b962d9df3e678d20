"""``scrapy lint-room``: how a room's description will be read.

Scrapy calls a command by the last part of its module's name, hence the hyphen.
"""  # noqa: N999 - see above

from __future__ import annotations

import argparse
import sys

from scrapy.exceptions import UsageError

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.editorial.languages import language_name
from sessioncrawler.editorial.lint import RoomLint, lint_room
from sessioncrawler.model import Tag, TagKind


class LintRoomCommand(ReadingCommand):
    """For operators of rooms; the exit code is 0 whatever the description is like. Asks no network."""

    def syntax(self) -> str:
        """Takes the description as one argument."""
        return '[options] "DESCRIPTION"'

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Show how a room's description will be read: its tags, language, typing errors"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--name`` is looked at for words for adult content."""
        super().add_options(parser)
        parser.add_argument("--name", default="", help="name of the room")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what readers will see, and what the operator may not have meant."""
        if len(args) != 1:
            mend = "put the whole description in single quotes"
            raise UsageError(f"'scrapy lint-room' takes one description, but got {len(args)}; {mend}", print_help=False)
        say(report(lint_room(args[0], opts.name)), sys.stdout)


def report(lint: RoomLint) -> str:
    """Return a lint as lines for a person."""
    listed = f"no, because {lint.off_record.sentence}" if lint.off_record else "yes, as far as the tags go"
    return "\n".join(
        [
            f"Shown:    {lint.shown.strip() or '(nothing)'}",
            f"Tags:     {', '.join(map(_tag, lint.tags)) or '(none)'}",
            f"Language: {_language(lint.language)}",
            f"Listed:   {listed}",
            *(["", "To look at:"] if lint.notes else []),
            *(f"- {note}." if note[-1].isalnum() else f"- {note}" for note in lint.notes),
        ]
    )


def _tag(tag: Tag) -> str:
    return tag.text if tag.kind is TagKind.USER else f"{tag.text} ({tag.kind})"


def _language(code: str | None) -> str:
    return f"{language_name(code)} ({code})" if code else "(not named; write #lang:xx)"

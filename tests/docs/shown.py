"""The commands that README.md and docs/deploy.md show, and those of them that no test here can run."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from markdown_it import MarkdownIt

from tests.support.crawling import ROOT

PAGES = ("README.md", "docs/deploy.md")
SHELL = "sh"
OTHER = {"toml", "ini", "text"}
"""Languages of blocks that are no commands."""


@dataclass(frozen=True)
class Excepted:
    """Commands that are not run here, why, and the file that does instead or stands in for it."""

    pattern: str
    reason: str
    instead: str


EXCEPTED = (
    Excepted(r"make (quick|test)", "runs this very test", ".ci/run"),
    Excepted(r"uvx --from .*", "asks a package index; 'make release' runs it", "bench/release.py"),
    Excepted(r"apt-get install .*", "needs root and a package index", ".ci/run"),
    Excepted(r"systemctl .*", "needs systemd; run on a throw-away machine", "tests/machine/test_systemd.py"),
    Excepted(r"useradd .*", "needs root; run on a throw-away machine", "tests/machine/test_systemd.py"),
    Excepted(r"install -d -o sessioncrawler .*", "needs the user of the line before", "tests/machine/test_systemd.py"),
    Excepted(r"scrapy refresh --keep-going .*", "never ends by itself", "tests/commands/test_keep_going.py"),
    Excepted(r"editor .*", "is the operator's own", "tests/machine/test_compose.py"),
    Excepted(r"docker compose .*", "needs Docker and images of others", "tests/machine/test_compose.py"),
    Excepted(r"podman build .*", "needs Podman and an image of others", "tests/machine/test_container.py"),
)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each block of code in a page; ``indented`` stands for those that are not fenced."""
    tokens = MarkdownIt("commonmark").parse((ROOT / page).read_text(encoding="utf-8"))
    told = {"fence": lambda token: token.info.strip(), "code_block": lambda _: "indented"}
    return [(told[token.type](token), token.content) for token in tokens if token.type in told]


def commands(page: str) -> list[str]:
    """The commands of a page in their order, as they stand there but for comments."""
    lines = [line for language, text in blocks(page) if language == SHELL for line in text.splitlines()]
    return [shlex.join(words) for line in lines if (words := shlex.split(line, comments=True))]


def excepted(command: str) -> Excepted | None:
    """Why a command is not run here; None where it has to be."""
    return next((one for one in EXCEPTED if re.fullmatch(one.pattern, command)), None)

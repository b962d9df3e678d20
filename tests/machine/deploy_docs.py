"""The commands of docs/deploy.md."""

from __future__ import annotations

import re

from tests.support.crawling import ROOT


def ways() -> dict[str, list[str]]:
    """Heading of a way → its commands, one a line."""
    text = (ROOT / "docs/deploy.md").read_text()
    blocks = re.findall(r"^## ([^\n]+)\n\n```sh\n(.*?)```$", text, re.MULTILINE | re.DOTALL)
    return {heading: commands.splitlines() for heading, commands in blocks}

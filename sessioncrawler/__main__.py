"""``sessioncrawler``: Scrapy's command line with our settings, in any folder and without a ``scrapy.cfg``."""

from __future__ import annotations

import os
import sys

import scrapy
from scrapy.cmdline import execute

from sessioncrawler import __version__

SETTINGS = "SCRAPY_SETTINGS_MODULE"
"""Scrapy's own variable; whoever sets it has settings of their own, which are left alone."""


def main() -> None:
    """Run the command that the arguments name, as ``scrapy`` does; ``--version`` tells whose it is."""
    if sys.argv[1:] == ["--version"]:
        print(f"sessioncrawler {__version__}, Scrapy {scrapy.__version__}")  # noqa: T201 - it talks to a terminal
        return
    os.environ.setdefault(SETTINGS, "sessioncrawler.settings")
    execute(["sessioncrawler", *sys.argv[1:]])


if __name__ == "__main__":
    main()

"""The ``scrapy`` command in a process of its own, in a folder of its own, with only loopback within reach."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sessioncrawler.publish.health import HEALTH, SCHEMA
from simnet import SimNet
from tests.support import crawling
from tests.support.loopback import refusing
from tests.support.sogs_world import settings_for
from tests.support.warm import run_warm

TIMEOUT = 60
"""Seconds within which every command has to end."""


@contextmanager
def offline() -> Iterator[dict[str, str]]:
    """Environment in which everything but loopback goes to a proxy that refuses connections."""
    with refusing() as proxy:
        yield {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "localhost,127.0.0.1"}


def environment(settings: Mapping[str, Any], extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: no setting but ``settings``."""
    ours = {f"SESSIONCRAWLER_{name}": str(value) for name, value in settings.items()}
    return {**crawling.environment(), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings", **ours, **extra}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "scrapy", *arguments]


def scrapy(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, Any],
    extra: Mapping[str, str] | None = None,
    fresh: bool = False,
    seconds: float = TIMEOUT,
) -> subprocess.CompletedProcess[str]:
    """Run ``scrapy`` with ``arguments`` in ``folder`` to its end.

    Its process is forked from one that has imported everything, unless it shall be a ``fresh`` one, as a person's is.
    """
    ours = environment(settings, extra or {})
    if not fresh:
        return run_warm("scrapy.cmdline:execute", arguments, folder=folder, environment=ours, seconds=seconds)
    return subprocess.run(
        command(*arguments), cwd=folder, env=ours, capture_output=True, text=True, timeout=seconds, check=False
    )


def refresh_settings(net: SimNet, folder: Path, **more: Any) -> dict[str, Any]:
    """Settings of a refresh of ``net``; those that are Scrapy's own can't come from the environment."""
    settings = settings_for(net, folder, **more)
    return {name: value for name, value in settings.items() if not name.startswith("DOWNLOAD")}


def site(folder: Path) -> dict[str, bytes]:
    """Everything in ``folder``/site, by name; but for what tells how the last run went, which all runs write."""
    root = folder / "site"
    found = (path for path in root.rglob("*") if path.is_file() and path.name not in {HEALTH, SCHEMA})
    return {str(path.relative_to(root)): path.read_bytes() for path in found}

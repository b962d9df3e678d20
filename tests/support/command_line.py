"""Runs ``scrapy`` as a person does."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT = 60


def scrapy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project, warnings being errors; ``environment`` is set on top of this process's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONCRAWLER_", "SCRAPY_"))}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=kept | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )

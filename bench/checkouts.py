"""Another commit of this repository, checked out beside it for a while."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.usage import ROOT, BenchError


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own arguments, and the commit is one of them
        ["git", "-C", str(repository), *arguments],  # noqa: S607 - whichever git the system has
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def checkout(commit: str, repository: Path = ROOT) -> Iterator[Path]:
    """A folder with ``commit`` in it, which is gone afterwards. BenchError where git knows no such commit."""
    known = _git(repository, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    with tempfile.TemporaryDirectory(prefix="checkout-") as name:
        folder = Path(name, "tree")
        _git(repository, "worktree", "add", "--quiet", "--detach", str(folder), known)
        try:
            yield folder
        finally:
            _git(repository, "worktree", "remove", "--force", str(folder))


def described(folder: Path) -> str:
    """The commit of a checkout in short, with ``+`` where files differ from it."""
    return _git(folder, "describe", "--always", "--dirty=+")

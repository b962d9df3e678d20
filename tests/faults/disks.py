"""Small disks for tests: a tmpfs where the machine lets us mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def tmpfs(folder: Path, size: str = "64m") -> Iterator[None]:
    """A file system of its own at ``folder``, with what is in it now."""
    before = folder.with_name(f"{folder.name}-before")
    folder.rename(before)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs leave to mount a tmpfs (root, in a container that allows it)")
    try:
        shutil.copytree(before, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def make_read_only(folder: Path) -> None:
    """No longer let anybody write to the tmpfs at ``folder``."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def fill(folder: Path, leave: int) -> None:
    """Leave so many bytes free, by a file ``ballast``."""
    status = os.statvfs(folder)
    (folder / "ballast").write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - leave)))

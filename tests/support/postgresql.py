"""A PostgreSQL server of a test's own, on a socket in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

USER = "nobody" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""
MISSING = "needs initdb and pg_ctl of PostgreSQL on the PATH"


def installed() -> bool:
    return bool(shutil.which("initdb") and shutil.which("pg_ctl"))


@contextmanager
def server() -> Iterator[str]:
    """URL of the database ``postgres`` on a new server."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if USER:
            shutil.chown(folder, USER)
        run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "-N")
        control = ("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
        run(*control, "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start")
        try:
            yield f"postgresql+psycopg://tester@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """URL of a new database ``name`` on the server at ``url``."""
    import psycopg

    plain = url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield url.replace("/postgres?", f"/{name}?")
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(url: str) -> None:
    """Have a database hold nothing: done in a fraction of the time that making one takes."""
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def run(*command: str) -> None:
    """Run one of PostgreSQL's programs to its end."""
    done = subprocess.run(
        command,
        user=USER,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr

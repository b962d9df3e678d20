"""The JSON Schemas (draft 2020-12) of the files of ``v1/`` and of ``health.json``, which are published beside them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

NAMES = ("communities", "manifest", "policy", "polls", "servers", "sources")


def schemas() -> Iterator[tuple[str, bytes]]:
    """Every schema of ``v1/`` as (file name, content)."""
    for name in NAMES:
        yield f"{name}.schema.json", schema(name)


def schema(name: str) -> bytes:
    """The schema ``NAME.schema.json``; read from the package, be it a folder or a zipped egg."""
    return files(__name__).joinpath(f"{name}.schema.json").read_bytes()

"""The JSON Schemas (draft 2020-12) of the files of ``v1/``, which are published beside them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

NAMES = ("communities", "manifest", "policy", "polls", "servers", "sources")


def schemas() -> Iterator[tuple[str, bytes]]:
    """Every schema as (file name, content); read from the package, be it a folder or a zipped egg."""
    for name in NAMES:
        yield f"{name}.schema.json", files(__name__).joinpath(f"{name}.schema.json").read_bytes()

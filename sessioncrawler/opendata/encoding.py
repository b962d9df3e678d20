"""How the files of the open data are written: JSON, and the JSON Schemas of the structs that make it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

N = TypeVar("N", bound=float | None)

_INDENT = re.compile(b"\n +")
"""Within the strings of JSON no line break stands unescaped."""


def compact(value: object) -> bytes:
    """``value`` as JSON: UTF-8, no white space, one line break at the end.

    Strings are to be :func:`~sessioncrawler.text.names.well_formed`, numbers of strangers :func:`finite`.
    """
    return msgspec.json.encode(value) + b"\n"


def spread(value: object) -> bytes:
    """``value`` as JSON with a line for each element, as Scrapy's own exporters write it by default."""
    return _INDENT.sub(b"\n", msgspec.json.format(msgspec.json.encode(value), indent=1)) + b"\n"


def spread_each(values: Iterable[object]) -> bytes:
    """The array of ``values`` as :func:`spread` writes it. They are made one by one: thousands take much memory."""
    lines = b",\n".join(spread(value)[:-1] for value in values)
    return b"[\n%b\n]\n" % lines if lines else spread([])


def finite(number: N) -> N:
    """``number`` as it is. Raises ValueError for NaN and infinity, which JSON lacks and the encoder turns into null."""
    if number is not None and not math.isfinite(number):
        raise ValueError(f"{number} is not JSON compliant")
    return number


def schema(kind: type[msgspec.Struct], name: str) -> bytes:
    """The JSON Schema (draft 2020-12) of ``kind``, readable; ``name`` is the file's own, and its ``$id``."""
    _, components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    top: dict[str, Any] = components.pop(kind.__name__)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": name,
        **top,
        "title": top["description"].removesuffix("."),
    }
    if components:
        document["$defs"] = components
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"

"""What pictures of rooms show, from ``shapes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

Stroke = tuple[str, tuple[float, ...]]
"""Its kind and its numbers."""


def _stroke(text: str) -> Stroke:
    kind, *numbers = text.split()
    return kind, tuple(map(float, numbers))


SHAPES: Mapping[str, tuple[Stroke, ...]] = {
    name: tuple(map(_stroke, strokes))
    for name, strokes in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
"""Name → strokes, the first at the bottom."""

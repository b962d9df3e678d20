"""QR codes of join links, made at build time as paths of an inline SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import zxingcpp

QUIET = 4
"""Modules of empty margin on each side (ISO/IEC 18004, 9.1)."""
_LEVEL = "L"
"""Error correction: a screen is neither torn nor stained, and fewer, larger modules are easier to scan."""
_DARK, _TURN = b"\x00", b"\n"
_RUN = re.compile(rb"[\xff\n]*\x00+")
"""Light modules, perhaps over the end of a row, and the dark ones behind them."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as horizontal strokes: ``path`` is the ``d`` of an SVG path with a stroke one unit wide."""

    size: int
    """Units of the square view box, quiet zone included."""
    path: str


class _Strokes(dict[bytes, str]):
    """What :data:`_RUN` finds → the stroke that skips the light modules and draws the dark ones; few kinds occur."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side

    def __missing__(self, run: bytes) -> str:
        first, *others = run.rstrip(_DARK).split(_TURN)
        # Where the row ends meanwhile, the pen goes back from the end of the last stroke to where the next begins.
        right = len(others[-1]) + len(first) - self._side if others else len(first)
        self[run] = f"m{right} {len(others)}h{run.count(_DARK)}"
        return self[run]


_strokes_of = cache(_Strokes)


def qr_code(text: str) -> QrCode:
    """Make the QR code of ``text``; raises ValueError where it is too long for one (some 2,900 bytes)."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=_LEVEL)
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    side = int(image.shape[0])
    return QrCode(side + 2 * QUIET, strokes(bytes(cast("Any", image)), side))


def strokes(modules: bytes, side: int) -> str:
    """The path of a square of ``side`` times ``side`` modules, row by row: 0 is dark, 255 is light."""
    rows = _TURN.join([modules[start : start + side] for start in range(0, len(modules), side)])
    return f"M{QUIET} {QUIET}.5" + "".join(map(_strokes_of(side).__getitem__, _RUN.findall(rows)))

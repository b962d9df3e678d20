"""QR codes of join links, made at build time as paths of an inline SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import zxingcpp

QUIET = 4
"""Modules of empty margin on each side (ISO/IEC 18004, 9.1)."""
_LEVEL = "L"
"""Error correction: a screen is neither torn nor stained, and fewer, larger modules are easier to scan."""
_RUN = re.compile(rb"\x00+")


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as horizontal strokes: ``path`` is the ``d`` of an SVG path with a stroke one unit wide."""

    size: int
    """Units of the square view box, quiet zone included."""
    path: str


def qr_code(text: str) -> QrCode:
    """Make the QR code of ``text``; raises ValueError where it is too long for one (some 2,900 bytes)."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=_LEVEL)
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    side, dots = int(image.shape[0]), bytes(cast("Any", image))
    strokes = [f"M{QUIET} {QUIET}.5"]
    x = y = 0
    for run in (run for row in range(side) for run in _RUN.finditer(dots, row * side, (row + 1) * side)):
        row, column = divmod(run.start(), side)
        strokes.append(f"m{column - x} {row - y}h{len(run.group())}")
        x, y = column + len(run.group()), row
    return QrCode(side + 2 * QUIET, "".join(strokes))

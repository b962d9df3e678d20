"""Drawing posters: 1200 by 630 pixels, as messengers and networks cut them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from sessioncrawler.site.posters.fonts import Fonts, font

SIZE = (1200, 630)
MOST_BYTES = 60_000
"""Of a poster with its icon; where it took more it is drawn without."""
COLOURS = 64
_GROUND, _INK, _SOFT, _EDGE = "#0b3d28", "#ffffff", "#bfe3d0", "#0b6e45"
_MARGIN, _ICON = 90, 200
_LARGEST, _SMALLEST, _SMALL = 92, 56, 40
_MOST_LETTERS = 90
_LINES = 2


@dataclass(frozen=True, slots=True)
class Words:
    """What a poster says; strangers wrote ``name``."""

    name: str
    told: str
    """A line of facts; may be empty."""
    site: str


def draws(words: Words, fonts: Fonts) -> bool:
    """Whether a poster of a Community can be drawn: its name is all there, the rest may be missing."""
    return bool(fonts.drawable(words.name[:_MOST_LETTERS])[0])


def poster(words: Words, fonts: Fonts, icon: bytes | None = None) -> bytes:
    """The poster as a PNG; the same for the same input. ``icon`` is a WEBP that this directory made."""
    drawn = _png(_picture(words, fonts, icon))
    return drawn if len(drawn) <= MOST_BYTES or icon is None else _png(_picture(words, fonts, None))


def _picture(words: Words, fonts: Fonts, icon: bytes | None) -> Image.Image:
    picture = Image.new("RGB", SIZE, _GROUND)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, SIZE[1] - 110, SIZE[0], SIZE[1]), fill=_EDGE)
    left = _MARGIN
    if icon is not None:
        _put_icon(picture, icon)
        left += _ICON + 60
    name, path = fonts.drawable(words.name[:_MOST_LETTERS])
    if name:
        size, lines = _fitted(name, path, SIZE[0] - left - _MARGIN)
        top = 250 - len(lines) * size * 0.6
        for number, line in enumerate(lines):
            draw.text((left, top + number * size * 1.2), line, _INK, font(path, size))
        told, told_path = fonts.drawable(words.told)
        if told:
            draw.text((left, top + len(lines) * size * 1.2 + 20), told, _SOFT, font(told_path, _SMALL))
    _put_mark(draw)
    site, site_path = fonts.drawable(words.site[:_MOST_LETTERS])
    if site and site != name:
        ((line, *_), size) = (_wrapped(site, site_path, _SMALL, SIZE[0] - 3 * _MARGIN, 1), _SMALL)
        draw.text((_MARGIN + 80, SIZE[1] - 80), line, _INK, font(site_path, size))
    return picture


def _put_icon(picture: Image.Image, icon: bytes) -> None:
    with Image.open(BytesIO(icon), formats=("WEBP",)) as file:
        shown = file.convert("RGBA").resize((_ICON, _ICON), Image.Resampling.LANCZOS)
    shape = Image.new("L", (_ICON, _ICON))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, _ICON - 1, _ICON - 1), 36, fill=255)
    flat = Image.new("RGBA", shown.size, _INK)
    flat.alpha_composite(shown)
    picture.paste(flat.convert("RGB"), (_MARGIN, 150), shape)


def _put_mark(draw: ImageDraw.ImageDraw) -> None:
    """The mark of the site, as in its favicon: three lines."""
    top = SIZE[1] - 76
    for number, length in enumerate((48, 48, 30)):
        draw.rounded_rectangle((_MARGIN, top + number * 17, _MARGIN + length, top + number * 17 + 8), 4, fill=_INK)


def _fitted(text: str, path: str, width: int) -> tuple[int, list[str]]:
    """The largest letters with which ``text`` is on two lines, and the lines; cut where the smallest are too large."""
    for size in range(_LARGEST, _SMALLEST, -6):
        lines = _wrapped(text, path, size, width, _LINES + 1)
        if len(lines) <= _LINES:
            return size, lines
    return _SMALLEST, _wrapped(text, path, _SMALLEST, width, _LINES)


def _wrapped(text: str, path: str, size: int, width: int, most: int) -> list[str]:
    """At most ``most`` lines of that ``width``; a word that is wider is broken, what is left over is cut with ``…``."""
    lines: list[str] = []
    rest = text
    letters = font(path, size)
    while rest and len(lines) < most:
        line = rest
        while letters.getlength(line) > width:
            line = line[:-1]
        if len(line) < len(rest) and " " in line:
            line = line[: line.rindex(" ")]
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    if rest:
        while letters.getlength(lines[-1] + "…") > width:
            lines[-1] = lines[-1][:-1]
        lines[-1] = lines[-1].rstrip() + "…"
    return lines


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()

"""Pictures of rooms as their operators make them: an emblem or an initial on a colour, drawn when one asks for it."""

from __future__ import annotations

import colorsys
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from simnet.lifelike.shapes import SHAPES, Stroke

SIDE = 96
"""Pixels along each side."""
_FINE = 3
"""Drawn so many times as large, and made smaller: edges are smooth then."""
_COLOURS = 96
_INITIALS = 0.15
"""Share of pictures that only show the first letter of the name, where that is a Latin one."""
_Colour = tuple[int, int, int]


def drawn(emblem: str, name: str, seed: str) -> bytes:
    """A PNG of ``emblem`` (one of ``SHAPES``) or of the first letter of ``name``; the same for the same arguments."""
    rng = Random(f"emblem/{seed}")
    hue = rng.random()
    near = (hue + rng.uniform(-0.12, 0.12)) % 1
    style = rng.choices(("deep", "pale", "dark"), (6, 3, 2))[0]
    first, last, ink = {
        "deep": (_colour(hue, 0.62, 0.55), _colour(near, 0.7, 0.36), (255, 255, 255)),
        "pale": (_colour(hue, 0.5, 0.93), _colour(near, 0.5, 0.85), _colour(near, 0.6, 0.3)),
        "dark": (_colour(hue, 0.3, 0.2), _colour(near, 0.3, 0.11), _colour(near, 0.75, 0.68)),
    }[style]
    field = _field(first, last, rng.choice((0, 45, 90, 135, 180)))
    letter = name[:1].upper()
    plain = letter.isascii() and letter.isalpha() and rng.random() < _INITIALS
    mask = _letter(letter) if plain else _strokes(SHAPES[emblem])
    field.paste(ink, (0, 0), mask.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    file = BytesIO()
    field.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _colour(hue: float, saturation: float, lightness: float) -> _Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _field(first: _Colour, last: _Colour, angle: int) -> Image.Image:
    gradient = Image.linear_gradient("L").rotate(angle)
    if angle % 90:  # its corners are empty then
        gradient = gradient.crop((37, 37, 219, 219))
    return ImageOps.colorize(gradient.resize((SIDE, SIDE)), first, last)


def _letter(letter: str) -> Image.Image:
    side = SIDE * _FINE
    mask = Image.new("L", (side, side))
    font = ImageFont.load_default(side * 0.62)
    ImageDraw.Draw(mask).text((side / 2, side / 2), letter, 255, font, anchor="mm")
    return mask


def _strokes(strokes: tuple[Stroke, ...]) -> Image.Image:
    mask = Image.new("L", (SIDE * _FINE,) * 2)
    for kind, numbers in strokes:
        layer = Image.new("L", mask.size)
        _stroke(ImageDraw.Draw(layer), kind[0], numbers)
        mask = ImageChops.subtract(mask, layer) if kind.endswith("-") else ImageChops.lighter(mask, layer)
    return mask


def _stroke(draw: ImageDraw.ImageDraw, kind: str, numbers: tuple[float, ...]) -> None:
    # An emblem fills four fifths of its field.
    scale, shift = SIDE * _FINE * 0.0078, SIDE * _FINE * 0.11

    def at(values: tuple[float, ...]) -> list[float]:
        return [value * scale + shift for value in values]

    match kind:
        case "e":
            draw.ellipse(at(numbers), 255)
        case "r":
            draw.rounded_rectangle(at(numbers[:4]), numbers[4] * scale, 255)
        case "p":
            draw.polygon(at(numbers), 255)
        case "a":
            draw.arc(at(numbers[1:5]), numbers[5], numbers[6], 255, round(numbers[0] * scale))
        case _:
            width, points = numbers[0] * scale, at(numbers[1:])
            draw.line(points, 255, round(width), joint="curve")
            for x, y in zip(points[::2], points[1::2], strict=True):
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)

"""Small charts as inline SVG: without scripts and styles of their own, which the policy of a page forbids.

Colours are those of the style sheet (``history.css``) and of the text around. A chart has the size that the style sheet
gives it, so it holds no text but its title: labels stand beside it, and a table tells the same (``_history.html``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sessioncrawler.site.render.escaping import escape

HEIGHT = 100
"""Units of a chart of lines from its bottom to its top."""
_SPARK = 30
_BAR, _GAP, _TALL = 3, 1, 28
_SHORT = 20
"""A day on which one check failed is no taller than this: it would look like a good day otherwise."""
_TOPS = (2, 4, 6, 8, 10, 12, 16)
"""Axes end at one of these, times a power of ten: their half is a whole number too."""
_SVG = Markup('<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"><title>{}</title>{}</svg>')
_LINE = Markup('<path{} fill="none" stroke="currentColor" d="{}"/>')


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time in a strip: how many checks of how many reached a server; ``title`` says it in words."""

    reached: int
    asked: int
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of numbers with its name; None where a number is not known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of lines: the SVG, and what stands around it."""

    svg: Markup
    names: tuple[str, ...]
    """Of its lines; the line at place N has the class ``line-N``."""
    heights: tuple[str, ...]
    """Labels of its horizontal lines, the highest first; they are equally far from each other."""
    times: tuple[str, ...]
    """Labels of its beginning, its middle and its end."""


def sparkline(values: Sequence[float | None], *, label: str) -> Markup:
    """A line from 0 to the greatest of ``values``, with a gap where one is None; empty where all of them are."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup()
    path = _path(values, max(known), step=2, height=_SPARK, above=1)
    return _SVG.format("spark", max(1, 2 * (len(values) - 1)), _SPARK + 2, label, _LINE.format("", path))


def strip(bars: Sequence[Bar], *, label: str) -> Markup:
    """One bar for each of ``bars``, as tall as the share of checks that reached the server.

    Shapes tell the same as colours: what is missing at the top was not reached, a frame is a day without success, a dot
    a day without any check.
    """
    width = _BAR + _GAP
    # Ninety bars on each page of a server: Markup's own ways of putting texts together take ten times as long.
    drawn = Markup("".join(_bar(bar, width * place) for place, bar in enumerate(bars)))  # noqa: S704 - escaped below
    return _SVG.format("strip", max(1, width * len(bars)), _TALL, label, drawn)


def _bar(bar: Bar, x: int) -> str:
    if not bar.asked:
        kind, path = "unknown", f"M{x} {_TALL - 3}h{_BAR}v3h-{_BAR}z"
    elif not bar.reached:
        kind, path = "down", f"M{x}.5.5h{_BAR - 1}v{_TALL - 1}h-{_BAR - 1}z"
    else:
        whole = bar.reached >= bar.asked
        tall = _TALL if whole else max(3, min(_SHORT, _TALL * bar.reached // bar.asked))
        kind, path = "up" if whole else "part", f"M{x} {_TALL - tall}h{_BAR}v{tall}h-{_BAR}z"
    return f'<path class="{kind}" d="{path}"><title>{escape(bar.title)}</title></path>'


def plot(lines: Sequence[Line], times: Sequence[str], *, label: str, number: Callable[[int], str]) -> Plot | None:
    """The chart of ``lines``, which have one value for each of ``times``; None where no value is known.

    ``number`` writes the numbers of the axis.
    """
    known = [value for line in lines for value in line.values if value is not None]
    if not known:
        return None
    top = ceiling(max(known))
    grid = Markup('<path class="grid" fill="none" stroke="currentColor" d="{}"/>').format(
        "".join(f"M0 {y}h{max(1, len(times) - 1) * 10}" for y in (0, HEIGHT // 2, HEIGHT))
    )
    drawn = [
        _LINE.format(Markup(' class="line-{}"').format(place), _path(line.values, top, step=10, height=HEIGHT))
        for place, line in enumerate(lines)
    ]
    # The first one matters most: it lies above the others.
    svg = _SVG.format("lines", max(1, len(times) - 1) * 10, HEIGHT, label, Markup().join([grid, *reversed(drawn)]))
    shown = tuple(dict.fromkeys((times[0], times[len(times) // 2], times[-1])))
    return Plot(svg, tuple(line.name for line in lines), tuple(map(number, (top, top // 2, 0))), shown)


def ceiling(number: float) -> int:
    """The end of an axis for numbers up to ``number``: round, and at least 2."""
    power = 1
    while True:
        for top in _TOPS:
            if top * power >= number:
                return top * power
        power *= 10


def _path(values: Sequence[float | None], top: float, *, step: int, height: int, above: int = 0) -> str:
    """A line through ``values``, broken where one is None; a value between two gaps becomes a dot."""
    return "".join(_pieces(values, top or 1, step, height, above))


def _pieces(values: Sequence[float | None], top: float, step: int, height: int, above: int) -> Iterator[str]:
    before = False
    for place, value in enumerate(values):
        if value is not None:
            y = above + height - round(height * max(0, value) / top)
            # Without length a line shows nothing but its round ends.
            alone = not before and (place + 1 == len(values) or values[place + 1] is None)
            yield f"{'L' if before else 'M'}{place * step} {y}{'h0' if alone else ''}"
        before = value is not None

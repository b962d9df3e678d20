"""QR codes of join links, read again."""

import re

import numpy as np
import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessioncrawler.site.pages.qr_codes import QUIET, QrCode, qr_code, strokes

KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
_STROKE = re.compile(r"m(-?\d+) (-?\d+)h(\d+)")


def paint(code, scale=4):
    """The picture that a browser draws: black strokes one unit wide on white."""
    image = np.full((code.size, code.size), 255, np.uint8)
    start, strokes = re.match(r"M(\d+) \d+\.5(.*)", code.path).groups()
    x = y = int(start)
    for right, down, length in _STROKE.findall(strokes):
        x, y = x + int(right), y + int(down)
        image[y, x : x + int(length)] = 0
        x += int(length)
    assert _STROKE.sub("", strokes) == ""
    return image.repeat(scale, 0).repeat(scale, 1)


@settings(max_examples=30, deadline=None)
@given(
    st.from_regex("[0-9A-Za-z_-]{1,64}", fullmatch=True),
    st.sampled_from(["open.getsession.org", "[2001:db8::1]:8080", "xn--bcher-kva.example", "a" * 60 + ".b" * 90]),
)
@example("00IeT71h0M1", "a" * 60 + ".b" * 90)
def test_scanners_read_the_join_link(token, host):
    link = f"https://{host}/{token}?public_key={KEY}"
    # Who looks for codes of all kinds finds a short one of another kind within a large one, once in thousands.
    found = zxingcpp.read_barcodes(paint(qr_code(link)), zxingcpp.BarcodeFormat.QRCode)
    assert [one.text for one in found] == [link]


def test_the_quiet_zone():
    code = qr_code("x")
    image = paint(code, 1)
    assert (image[:QUIET] == 255).all()
    assert (image[-QUIET:] == 255).all()
    assert (image[:, :QUIET] == 255).all()
    assert (image[QUIET, QUIET : QUIET + 7] == 0).all()


def test_the_same_link_makes_the_same_code():
    assert qr_code("https://sogs.example/x") == qr_code("https://sogs.example/x")


def test_too_long():
    with pytest.raises(ValueError, match="too long"):
        qr_code("x" * 3000)


@given(st.integers(1, 12).flatmap(lambda side: st.lists(st.booleans(), min_size=side**2, max_size=side**2)))
def test_strokes_draw_every_module(dark):
    side = int(len(dark) ** 0.5)
    modules = bytes(0 if one else 255 for one in dark)
    image = paint(QrCode(side + 2 * QUIET, strokes(modules, side)), 1)
    assert image[QUIET:-QUIET, QUIET:-QUIET].tobytes() == modules
    assert (image == 0).sum() == sum(dark)


def test_strokes_of_nothing():
    assert strokes(b"\xff" * 4, 2) == f"M{QUIET} {QUIET}.5"

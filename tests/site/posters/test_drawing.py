from io import BytesIO

import pytest
from PIL import Image

from sessioncrawler.site.posters.drawing import MOST_BYTES, SIZE, Words, draws, poster
from sessioncrawler.site.posters.fonts import FOLDERS, Fonts
from simnet.texts import HOSTILE

FONTS = Fonts(FOLDERS)
NONE = Fonts(("/nowhere",))
needs_fonts = pytest.mark.skipif(
    not FONTS.drawable("a")[0], reason="no font is here: apt-get install fonts-dejavu-core"
)


def icon(noise=0):
    file = BytesIO()
    picture = Image.effect_noise((64, 64), noise).convert("RGB") if noise else Image.new("RGB", (64, 64), "#c00")
    picture.save(file, "WEBP")
    return file.getvalue()


def opened(png):
    return Image.open(BytesIO(png), formats=("PNG",))


@needs_fonts
@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Linux", "Linux"),
        ("Русский чат", "Русский чат"),
        ("Türkçe", "Türkçe"),
        ("Cafe\u0301", "Café"),
        ("Midnight \U0001f31b chat", "Midnight chat"),
        ("a\u200b\n\tb", "a b"),
        ("\u202eevil", ""),
        ("گپ فارسی", ""),
        ("हिन्दी", ""),
        ("ไทย", ""),
        ("Z\u0338\u0321\u035aalgo\u0335", ""),
        ("\U0001f468\u200d\U0001f469", ""),
        ("!!!", ""),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_what_can_be_drawn(text, drawn):
    assert FONTS.drawable(text)[0] == drawn


def test_without_fonts_nothing_is_written():
    assert NONE.drawable("Linux") == ("", "")
    assert not draws(Words("Linux", "", "Rooms"), NONE)
    assert opened(poster(Words("Linux", "1 visitor", "Rooms"), NONE)).size == SIZE


@needs_fonts
@pytest.mark.parametrize("name", [*(name for name, _ in HOSTILE), "A" * 10_000, "word " * 2_000, "W", "ﷺ"])
def test_strangers_make_no_large_picture_and_no_error(name):
    drawn = poster(Words(name, name, name), FONTS, icon(90))
    assert opened(drawn).size == SIZE
    assert len(drawn) <= MOST_BYTES


@needs_fonts
def test_the_same_words_give_the_same_bytes_and_an_icon_is_seen():
    words = Words("Linux", "438 visitors a week", "Rooms")
    assert poster(words, FONTS) == poster(words, FONTS)
    shown = opened(poster(words, FONTS, icon())).convert("RGB")
    red, green, blue = shown.getpixel((190, 250))
    assert red > 150
    assert green + blue < 80
    assert opened(poster(words, FONTS)).convert("RGB").getpixel((190, 480)) == shown.getpixel((190, 480))


@needs_fonts
def test_a_picture_that_would_be_too_large_is_left_out(monkeypatch):
    words = Words("Linux", "", "Rooms")
    plain = poster(words, FONTS)
    monkeypatch.setattr("sessioncrawler.site.posters.drawing.MOST_BYTES", len(plain))
    assert poster(words, FONTS, icon(90)) == plain

"""Pictures of strangers, good and hostile."""

from __future__ import annotations

import signal
import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from sessioncrawler.pipelines._pictures import HEAD, MAX_PIXELS, Unfit, UnfitPictureError, answer_all, make_icon
from sessioncrawler.pipelines.icons import icon_path
from simnet.images import _HOSTILE, HOSTILE_IMAGES, checked, is_showable, room_image
from simnet.specs import RoomSpec

HOSTILE = [RoomSpec(token="t", name="n", image_id=HOSTILE_IMAGES + number) for number in range(len(_HOSTILE))]
RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image, kind="PNG", **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def icon(data):
    image = Image.open(BytesIO(make_icon(data)))
    assert (image.format, image.size) == ("WEBP", (64, 64))
    assert not {"exif", "icc_profile", "xmp"} & set(image.info)
    return image


def near(image, place, colour):
    return all(abs(a - b) < 40 for a, b in zip(image.convert("RGB").getpixel(place), colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_formats_of_the_apps_become_small_webp(kind):
    assert near(icon(encoded(Image.new("RGB", (300, 200), RED), kind)), (32, 32), RED)


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 100, (100, 100, 100)),
        ("LA", (100, 255), (100, 100, 100)),
        ("RGBA", (255, 0, 0, 255), RED),
        ("I;16", 100 * 256, (100, 100, 100)),
        ("P", 0, (0, 0, 0)),
    ],
)
def test_every_mode_of_png(mode, colour, shown):
    assert near(icon(encoded(Image.new(mode, (90, 90), colour))), (30, 30), shown)


def test_cmyk_jpegs_are_understood():
    assert near(icon(encoded(Image.new("CMYK", (90, 90), (0, 255, 255, 0)), "JPEG")), (30, 30), RED)


def test_transparency_stays():
    assert icon(encoded(Image.new("RGBA", (90, 90), (255, 0, 0, 0)))).convert("RGBA").getpixel((5, 5))[3] == 0


def test_the_middle_is_taken():
    wide = Image.new("RGB", (300, 100), RED)
    wide.paste(BLUE, (100, 0, 200, 100))
    small = icon(encoded(wide))
    assert all(near(small, place, BLUE) for place in ((3, 3), (60, 60), (32, 32)))


def test_an_animation_stands_still():
    frames = [Image.new("RGB", (40, 40), colour) for colour in (BLUE, RED, RED)]
    small = icon(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert not getattr(small, "is_animated", False)
    assert near(small, (32, 32), BLUE)


def test_a_picture_is_turned_as_it_says_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # its left side is the top
    exif[ExifTags.Base.ImageDescription] = "PRIVATE PLACE"
    picture = Image.new("RGB", (128, 128), BLUE)
    picture.paste(RED, (0, 0, 64, 128))
    data = encoded(picture, "JPEG", exif=exif)
    assert b"PRIVATE PLACE" in data
    small = icon(data)
    assert near(small, (32, 5), RED)
    assert near(small, (32, 58), BLUE)
    assert b"PRIVATE" not in make_icon(data)


def test_colour_profiles_and_texts_stay_behind():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "PRIVATE")
    data = encoded(Image.new("RGB", (90, 90), RED), icc_profile=b"PRIVATE", pnginfo=texts)
    icon(data)
    assert b"PRIVATE" not in make_icon(data)


@pytest.mark.parametrize("room", HOSTILE, ids=lambda room: str(room.image_id))
def test_hostile_pictures_are_refused_with_a_reason_or_shown(room):
    data = room_image(room)
    if is_showable(room.image_id):
        icon(data)
    elif len(data) < 5_000_000:  # larger ones are not downloaded
        with pytest.raises(UnfitPictureError, match="no icon can be made") as refused:
            make_icon(data)
        assert refused.value.reason in Unfit


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Unfit.EMPTY),
        (b"<html>", Unfit.FORMAT),
        (encoded(Image.new("RGB", (9, 9)), "BMP"), Unfit.FORMAT),
        (encoded(Image.new("1", (MAX_PIXELS // 1000 + 1, 1000))), Unfit.PIXELS),
        (encoded(Image.new("RGB", (90, 90), RED), "JPEG")[:300], Unfit.BROKEN),
        (checked("cut")[:60], Unfit.BROKEN),
    ],
)
def test_reasons(data, reason):
    with pytest.raises(UnfitPictureError) as refused:
        make_icon(data)
    assert refused.value.reason is reason


def test_as_many_pixels_as_allowed_are_allowed():
    icon(encoded(Image.new("1", (MAX_PIXELS // 1000, 1000))))


@pytest.mark.parametrize("size", [(12_000, 12_000), (20_000, 20_000)])
def test_a_bomb_is_not_unpacked(size):
    # A size between one and two times Pillow's own limit, of which it would only warn, and one beyond.
    program = (
        "import resource, sys; from sessioncrawler.pipelines._pictures import make_icon, UnfitPictureError\n"
        "from simnet.images import png\n"
        f"data = png({size[0]}, {size[1]}, bytes(1000))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: make_icon(data)\n"
        "except UnfitPictureError as error: print(error.reason)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    reason, growth = done.stdout.split()
    assert reason == "too-many-pixels"
    assert int(growth) < 20_000  # KiB
    assert not done.stderr


def test_the_same_picture_makes_the_same_icon():
    assert make_icon(checked("one")) == make_icon(checked("one")) != make_icon(checked("two"))


SEEDS = [encoded(Image.new("P", (20, 30), 3), kind) for kind in ("PNG", "GIF")]
SEEDS += [encoded(Image.new("RGB", (20, 30), RED), kind) for kind in ("JPEG", "WEBP")]


@settings(max_examples=200)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6),
    st.integers(0, 2000),
)
def test_a_damaged_picture_is_shown_or_refused(seed, changes, length):
    data = bytearray(seed)
    for place, value in changes:
        data[place % len(data)] = value
    try:
        small = make_icon(bytes(data[: length or None]))
    except UnfitPictureError:
        return
    assert small[:4] == b"RIFF"
    assert len(small) < 20_000


def test_paths_are_safe_and_each_room_has_its_own():
    path = icon_path("a" * 64, "Some_Room-1", 7)
    assert path.startswith("icons/")
    assert path.endswith("-some_room-1-7.webp")
    others = {icon_path("a" * 63 + "b", "Some_Room-1", 7), icon_path("a" * 64, "Some_Room-1", 8)}
    assert len({path, *others}) == 3


def test_pictures_are_answered_in_order_until_there_is_none():
    def message(content):
        return HEAD.pack(len(content)) + content

    answers = BytesIO()
    answer_all(BytesIO(message(checked("one")) + message(b"") + message(b"<html>")), answers, 60)
    told = [b"ready", b"+" + make_icon(checked("one")), b"-empty", b"-not-an-image"]
    assert answers.getvalue() == b"".join(map(message, told))
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)

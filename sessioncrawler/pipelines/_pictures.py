"""Pictures of strangers made into small icons: bytes in, WEBP bytes out."""

from __future__ import annotations

import warnings
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 64
"""Pixels along each side of an icon; a page shows it smaller, for screens of a high density."""
MAX_PIXELS = 4_000_000
"""Width times height that is decoded at most: 16 MB of memory."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What a Session app can send as the picture of a room. Pillow knows dozens more, each with its own decoder."""
_QUALITY = 80
_DEEP_MODES = frozenset({"I", "I;16", "I;16B", "I;16L"})

# Above its own limit Pillow only warns, up to twice that. Here a warning is a refusal as well.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Unfit(StrEnum):
    """Why no icon can be made of a picture. Each value is also the tail of a stat."""

    EMPTY = "empty"
    FORMAT = "not-an-image"
    """No picture, or one in none of ``FORMATS``."""
    PIXELS = "too-many-pixels"
    BROKEN = "broken"


class UnfitPictureError(ValueError):
    """No icon can be made of a picture; ``reason`` tells why."""

    def __init__(self, reason: Unfit) -> None:
        super().__init__(f"no icon can be made of this picture: {reason}")
        self.reason = reason


def make_icon(data: bytes) -> bytes:
    """Return the middle of a picture as a WEBP of 64 by 64 pixels, without any metadata.

    The number of pixels is looked at before anything is decoded. Of an animation the first frame is taken, and a
    picture is turned as its EXIF data say. Raises :class:`UnfitPictureError`, and nothing else, for what strangers
    may upload. It takes up to a second and is to be called in a thread.
    """
    if not data:
        raise UnfitPictureError(Unfit.EMPTY)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            return _encode(_shrink(image))
    except UnfitPictureError:
        raise
    except UnidentifiedImageError as error:
        raise UnfitPictureError(Unfit.FORMAT) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnfitPictureError(Unfit.PIXELS) from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, KeyError and what not for broken pictures
        raise UnfitPictureError(Unfit.BROKEN) from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnfitPictureError(Unfit.PIXELS)


def _shrink(image: Image.Image) -> Image.Image:
    image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG can be decoded at a fraction of its size; others ignore it
    whole = ImageOps.exif_transpose(image)
    if whole.mode in _DEEP_MODES:
        whole = whole.point(lambda value: value / 256).convert("L")  # convert alone would cut off all above 255
    colours = whole.convert("RGBA" if whole.has_transparency_data else "RGB")
    return ImageOps.fit(colours, (SIDE, SIDE), Image.Resampling.LANCZOS)


def _encode(image: Image.Image) -> bytes:
    bare = Image.new(image.mode, image.size)  # what Pillow knows of the original, such as its EXIF data, stays behind
    bare.paste(image)
    file = BytesIO()
    bare.save(file, "WEBP", quality=_QUALITY)
    return file.getvalue()

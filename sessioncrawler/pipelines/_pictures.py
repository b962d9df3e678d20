"""Pictures of strangers made into small icons: bytes in, WEBP bytes out; and the process that does nothing else.

That process (:func:`serve`, started by ``_decoder.py``) imports this module and Pillow, and nothing of Scrapy.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys
import warnings
from contextlib import suppress
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 64
"""Pixels along each side of an icon; a page shows it smaller, for screens of a high density."""
MAX_PIXELS = 4_000_000
"""Width times height that is decoded at most: 16 MB of memory."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What a Session app can send as the picture of a room. Pillow knows dozens more, each with its own decoder."""
HEAD = struct.Struct(">I")
"""Before each message between the two processes: how many bytes it has."""
READY, ICON, UNFIT = b"ready", b"+", b"-"
"""What :func:`serve` says first; what its answers begin with, before a WEBP or the reason why there is none."""
NICENESS = 5
"""The crawl goes first where there are fewer cores than processes."""
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
    COSTLY = "too-costly"
    """It takes more processor time or memory than a picture is worth."""


class UnfitPictureError(ValueError):
    """No icon can be made of a picture; ``reason`` tells why."""

    def __init__(self, reason: Unfit) -> None:
        super().__init__(f"no icon can be made of this picture: {reason}")
        self.reason = reason


def make_icon(data: bytes) -> bytes:
    """Return the middle of a picture as a WEBP of 64 by 64 pixels, without any metadata.

    The number of pixels is looked at before anything is decoded. Of an animation the first frame is taken, and a
    picture is turned as its EXIF data say. Raises :class:`UnfitPictureError`, and nothing else, for what strangers
    may upload. What they made for it takes minutes: it is to be called in the process of :func:`serve`.
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
    except MemoryError as error:
        raise UnfitPictureError(Unfit.COSTLY) from error
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


def serve(cpu: float, memory: int) -> None:
    """Answer each picture that stdin brings with its icon, until stdin closes.

    A picture that takes more than ``cpu`` seconds of processor time ends the process by SIGPROF, wherever it is: a
    timer of the kernel asks nobody. One that needs more than ``memory`` bytes is too costly.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the crawl, which then closes stdin
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(OSError):  # what a service may not do, its unit does (deploy/systemd)
        os.nice(NICENESS)
    _bound(resource.RLIMIT_CORE, 0)
    Image.init()
    _bound_memory(memory)
    answer_all(sys.stdin.buffer, sys.stdout.buffer, cpu)


def answer_all(pictures: BinaryIO, answers: BinaryIO, cpu: float) -> None:
    """Say that all is ready, then answer each of ``pictures``."""
    _send(answers, READY)
    while head := pictures.read(HEAD.size):
        data = pictures.read(*HEAD.unpack(head))
        signal.setitimer(signal.ITIMER_PROF, cpu)
        try:
            answer = ICON + make_icon(data)
        except UnfitPictureError as error:
            answer = UNFIT + error.reason.encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, answer)


def _send(answers: BinaryIO, message: bytes) -> None:
    answers.write(HEAD.pack(len(message)) + message)
    answers.flush()


def _bound_memory(more: int) -> None:
    """Let this process have ``more`` bytes of memory than it has; where Linux does not tell, there is no bound."""
    sizes = Path("/proc/self/statm")
    if sizes.exists():
        _bound(resource.RLIMIT_AS, int(sizes.read_text().split()[0]) * resource.getpagesize() + more)


def _bound(what: int, most: int) -> None:
    """Set a limit for good, unless it is lower already or the system lets nobody set it."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError):
        resource.setrlimit(what, (most, most))

"""The process that decodes strangers' pictures: what a picture may take, and what becomes of those after it."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest
from PIL import Image

from sessioncrawler.pipelines._decoder import UndecidedError
from sessioncrawler.pipelines._pictures import Unfit, UnfitPictureError, make_icon
from simnet.bombs import many_scans
from simnet.images import checked
from tests.pipelines.decoding import GOOD, pid_of, run
from tests.pipelines.test_pictures import encoded

LARGE = encoded(Image.new("RGB", (2000, 2000), (1, 2, 3)))
COSTLY = many_scans(2000, 3000)
"""Seven seconds of work for 60 kB."""


def spent():
    """CPU seconds of children that have ended."""
    return sum(os.times()[2:4])


def test_icons_are_those_that_the_same_code_makes_here():
    async def test(one):
        for picture in (GOOD, LARGE, checked("other")):
            assert await one.make_icon(picture) == make_icon(picture)

    assert len(run(test)) == 1


@pytest.mark.parametrize(
    ("picture", "reason"), [(b"", Unfit.EMPTY), (b"<html>", Unfit.FORMAT), (GOOD[:60], Unfit.BROKEN)]
)
def test_reasons_are_told(picture, reason):
    async def test(one):
        with pytest.raises(UnfitPictureError) as refused:
            await one.make_icon(picture)
        assert refused.value.reason is reason
        assert await one.make_icon(GOOD)

    assert len(run(test)) == 1


def test_a_picture_that_takes_too_much_cpu_costs_no_more_than_that():
    async def test(one):
        with pytest.raises(UnfitPictureError) as refused:
            await one.make_icon(COSTLY)
        assert refused.value.reason is Unfit.COSTLY
        assert await one.make_icon(GOOD)

    before = spent()
    assert len(run(test)) == 2
    assert 0.5 < spent() - before < 2


def test_time_is_counted_for_each_picture_alone():
    async def test(one):
        for _ in range(12):
            assert await one.make_icon(LARGE)

    assert len(run(test, cpu=0.3)) == 1


def test_a_picture_that_takes_too_much_memory_is_refused():
    async def test(one):
        with pytest.raises(UnfitPictureError) as refused:
            await one.make_icon(LARGE)
        assert refused.value.reason is Unfit.COSTLY
        assert await one.make_icon(GOOD)

    run(test, memory=10)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGBA", {"compress_level": 1}),
        ("WEBP", "RGBA", {"method": 0}),
        ("GIF", "P", {}),
        ("JPEG", "RGB", {"progressive": True}),
    ],
)
def test_the_largest_good_pictures_fit_into_the_defaults(kind, mode, options):
    from sessioncrawler import settings

    noise = Image.frombytes(mode, (250, 250), random.Random(1).randbytes(250 * 250 * len(mode)))
    picture = encoded(noise.resize((2000, 2000)), kind, **options)

    async def test(one):
        assert await one.make_icon(picture)

    run(test, cpu=settings.ICON_CPU, memory=settings.ICON_MEMORY)


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (signal.SIGSTOP, UndecidedError, "ICON_TIME"),
        (signal.SIGKILL, UndecidedError, "ended from outside"),
        (signal.SIGTERM, UndecidedError, "ended from outside"),
        (signal.SIGSEGV, UnfitPictureError, "broken"),
    ],
)
def test_a_process_that_is_stopped_or_ended_is_replaced(number, error, words):
    async def test(one):
        await one.make_icon(GOOD)
        os.kill(pid_of(one), number)
        with pytest.raises(error, match=words):
            await one.make_icon(GOOD)
        one._seconds = 60
        assert await one.make_icon(GOOD)

    assert len(run(test, seconds=1)) == 2


def test_ctrl_c_is_not_for_it():
    async def test(one):
        await one.make_icon(GOOD)
        os.kill(pid_of(one), signal.SIGINT)
        await one.make_icon(GOOD)

    assert len(run(test)) == 1


def test_who_waits_no_longer_leaves_no_answer_to_others():
    async def test(one):
        await one.make_icon(GOOD)
        waiting = asyncio.create_task(one.make_icon(COSTLY))
        await asyncio.sleep(0.1)
        waiting.cancel()
        assert await one.make_icon(checked("next")) == make_icon(checked("next"))
        assert waiting.cancelled()

    assert len(run(test, cpu=30)) == 2


def test_who_waits_no_longer_while_it_starts_leaves_nothing_to_others():
    async def test(one):
        waiting = asyncio.create_task(one.make_icon(GOOD))
        while one._process is None:  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0)
        waiting.cancel()
        assert await one.make_icon(GOOD) == make_icon(GOOD)

    assert len(run(test)) == 2


def test_it_can_be_closed_in_the_middle_of_a_picture():
    async def test(one):
        await one.make_icon(GOOD)
        waiting = asyncio.create_task(one.make_icon(COSTLY))
        await asyncio.sleep(0.1)
        await one.close()
        with pytest.raises(UndecidedError):
            await waiting

    run(test, cpu=30)

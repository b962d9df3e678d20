"""A decoder for tests, which sees that no process is left of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sessioncrawler.pipelines._decoder import Decoder
from simnet.images import checked

ROOT = Path(__file__).parents[2]
GOOD = checked("good")


@asynccontextmanager
async def decoder(cpu=0.5, memory=200, seconds=60.0):
    one = Decoder(cpu, memory, seconds)
    try:
        yield one
    finally:
        await one.close()


def run(test: Callable[[Decoder], Awaitable[None]], **limits: float) -> list[int]:
    """Run ``test`` with a decoder, and see that no process is left of it; their ids."""

    async def whole():
        async with decoder(**limits) as one:
            await test(one)
        return pids

    pids = []
    start = asyncio.create_subprocess_exec

    async def noted(*args, **kwargs):
        process = await start(*args, **kwargs)
        pids.append(process.pid)
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "create_subprocess_exec", noted)
        asyncio.run(whole())
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)  # a zombie would be there
    return pids


def pid_of(one):
    return one._process.pid

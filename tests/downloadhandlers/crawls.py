"""Whole crawls for the tests of this folder: a healthy server and its neighbours, from a listing to the items."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.support.crawling import Crawl, Job, run_crawls
from tests.support.loopback import Answer

T = TypeVar("T")
DIRECTORY = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "https://example.org/contact"\n'


@contextmanager
def in_background(context: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """``context`` in an event loop of its own, for as long as a crawl is waited for here."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(_leave(context), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _leave(context: AbstractAsyncContextManager[Any]) -> None:
    await context.__aexit__(None, None, None)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def rooms(token: str) -> bytes:
    """The rooms of a server that has one."""
    room = {
        "token": token,
        "name": token,
        "created": 1_600_000_000.0,
        "active_users": 5,
        "active_users_cutoff": 604_800,
        "info_updates": 0,
        "message_sequence": 1,
        "moderators": [],
        "admins": [],
        "read": True,
        "write": True,
        "upload": True,
    }
    return json.dumps([room]).encode()


def healthy(token: str) -> dict[str, Answer]:
    """The answers of a server with one room; its key is on no page, so that of the join link counts."""
    return {"/rooms?all=1": Answer(rooms(token), headers={"Content-Type": "application/json"})}


def join_link(base: str, token: str = "room") -> str:
    """A link with a key that only this address has, or else they would be one server."""
    return f"{base}/{token}?public_key={hashlib.sha256(base.encode()).hexdigest()}"


def settings_in(folder: Path, **settings: Any) -> dict[str, Any]:
    """Settings that keep state, site and directory.toml in ``folder``; quick to give up."""
    config = folder / "directory.toml"
    config.write_text(DIRECTORY)
    return {
        "STATE_URL": f"sqlite:///{folder}/state.db",
        "SITE_URI": str(folder / "site"),
        "DIRECTORY_CONFIG": str(config),
        "PATIENT_RETRY_TIMEOUT": 1,
        "CONNECT_TIMEOUT": 1,
        **settings,
    }


def list_and_poll(folder: Path, listing: str, **settings: Any) -> tuple[Crawl, Crawl]:
    """Read the page ``listing`` for join links, then poll the servers behind them."""
    chosen = settings_in(folder, **settings)
    listed = run_crawls([Job("lokilocker", {"url": listing}, chosen)], folder=folder)[0]
    return listed, run_crawls([Job("sogs", {}, chosen)], folder=folder)[0]


def polls(crawl: Crawl) -> dict[str, str]:
    """Address → outcome."""
    found = [item["poll"] for item in crawl.items if "poll" in item]
    return {_url(poll["address"]): poll["outcome"] for poll in found}


def names(crawl: Crawl) -> list[str]:
    """The rooms that came through."""
    return sorted(item["room"]["name"] for item in crawl.items if "room" in item)


def listing_of(links: Sequence[str]) -> Mapping[str, Answer]:
    """A page at /listing that holds ``links``."""
    return {"/listing": Answer("<ul>" + "".join(f"<li>{link}</li>" for link in links) + "</ul>")}


def _url(address: Mapping[str, Any]) -> str:
    host = f"[{address['host']}]" if ":" in address["host"] else address["host"]
    return f"{address['scheme']}://{host}:{address['port']}"

"""``python -m bench.bare_client CA_FILE``: the least that a client has to do.

Reads JSON from stdin, a list of lists of URLs; fetches each inner list one URL after the other, all lists at the same
time; prints how many answers it got. No patience, no parsing, no guard.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

import aiohttp

CONCURRENCY = 100
PATIENCE = 10
"""Seconds for an answer."""


async def fetch(chains: list[list[str]], ca_file: str) -> int:
    """Fetch all chains; the number of whole answers."""
    context = ssl.create_default_context(cafile=ca_file)
    connector = aiohttp.TCPConnector(limit=CONCURRENCY, ssl=context)
    timeout = aiohttp.ClientTimeout(total=None, sock_read=PATIENCE)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        return sum(await asyncio.gather(*(_fetch_chain(session, chain) for chain in chains)))


async def _fetch_chain(session: aiohttp.ClientSession, chain: list[str]) -> int:
    answers = 0
    for url in chain:
        try:
            async with session.get(url, allow_redirects=False) as answer:
                await answer.read()
        except aiohttp.ClientError:
            continue
        answers += 1
    return answers


if __name__ == "__main__":
    print(asyncio.run(fetch(json.load(sys.stdin), sys.argv[1])))  # noqa: T201 - this is what it is asked for

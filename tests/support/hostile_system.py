"""What a crawl under attack finds on its machine: names that strangers' DNS servers answer, and few files.

Extensions for ``siege.crawl(EXTENSIONS=…)``: they stand between the crawl and the system, and change nothing of ours.
"""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from scrapy.crawler import Crawler

NAMES = {"tests.support.hostile_system.Names": 1}
FEW_FILES = {"tests.support.hostile_system.FewFiles": 1}


class Names:
    """Answers for domains: ``HOSTILE_NAMES`` are ``{domain: [network, seconds]}``.

    A name of a domain gets an address in ``network`` (``127.9.0`` or a whole address) after so many ``seconds``, in
    which its thread hangs as it does in the system. What was asked, and when, is in the file ``HOSTILE_NAMES_LOG``.
    """

    def __init__(self, answers: Mapping[str, tuple[str, float]], log: str) -> None:
        self.answers = answers
        self.log = Path(log) if log else None
        self.real = socket.getaddrinfo
        socket.getaddrinfo = self.look_up  # type: ignore[assignment]  # the same but for some names

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        return cls(settings.getdict("HOSTILE_NAMES"), settings.get("HOSTILE_NAMES_LOG") or "")

    def look_up(self, host: str, *args: Any, **kwargs: Any) -> Any:
        domain = next((one for one in self.answers if host == one or host.endswith(f".{one}")), None)
        if domain is None:
            return self.real(host, *args, **kwargs)
        if self.log:
            with self.log.open("a") as log:
                log.write(json.dumps([host, time.monotonic()]) + "\n")
        network, seconds = self.answers[domain]
        time.sleep(seconds)
        whole = network if network.count(".") == 3 else f"{network}.{1 + crc32(host.encode()) % 250}"
        return self.real(whole, *args, **kwargs)


class FewFiles:
    """Leaves a crawl ``FEW_FILES`` files, whatever it asks for."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        few = crawler.settings.getint("FEW_FILES")
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))
        return cls()

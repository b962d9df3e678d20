"""What servers answer when they are asked for ``robots.txt``."""

from __future__ import annotations

from collections.abc import Callable

from simnet.exchange import After, Reply, Response
from simnet.specs import CANARY_HOST

PATH = "/robots.txt"
OPTS_OUT = "opts-out"
_LARGE = 600_000
"""Bytes of a file that is too large; a crawler reads 500 KiB."""


def _text(text: str) -> Callable[[], Reply]:
    return lambda: Response(200, text.encode(), "text/plain; charset=utf-8", shouted=False).reply()


FILES: dict[str, Callable[[], Reply]] = {
    OPTS_OUT: _text(
        "# No directories, please.\nUser-agent: *\nAllow: /\n\n"
        "User-Agent: SessionCrawler\nUser-agent: other\nDisallow: /\n"
    ),
    "everyone": _text("User-agent: *\nDisallow: /\n"),
    "others": _text("User-agent: session\nUser-agent: crawler\nUser-agent: sessioncrawler2\nDisallow: /\n"),
    "pages": _text("User-agent: sessioncrawler\nDisallow: /r/\nDisallow: /admin\n"),
    "hangs": lambda: Reply(b"", After.HANG),
    "drips": lambda: Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nUser-agent: ", After.DRIP),
    "resets": lambda: Reply(b"", After.RESET),
    "fails": lambda: Response(500, b"User-agent: sessioncrawler\nDisallow: /\n", "text/plain").reply(),
    "busy": lambda: Response(429, b"", "text/plain", (("Retry-After", "60"),)).reply(),
    "elsewhere": lambda: Response(302, b"", "", (("Location", f"http://{CANARY_HOST}:9/robots.txt"),)).reply(),
    "circles": lambda: Response(302, b"", "", (("Location", PATH),)).reply(),
    "large": lambda: Response(200, b"User-agent: sessioncrawler\nDisallow: /\n" + b"#" * _LARGE, "text/plain").reply(),
    "page": lambda: Response(200, b"<!doctype html><title>Welcome</title><p>User-agent: you", "text/html").reply(),
    "binary": lambda: Response(200, bytes(range(256)) * 40, "application/octet-stream").reply(),
}
"""Name of a file (``ServerSpec.robots``) → the answer."""
LISTED = tuple(name for name in FILES if name != OPTS_OUT)
"""Those of servers that are listed all the same."""

"""What goes over a connection: a parsed request, and a reply as raw bytes with what happens afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import unquote


class After(StrEnum):
    """What becomes of a connection when the bytes of a reply are sent."""

    CLOSE = "close"
    KEEP = "keep"
    RESET = "reset"
    """TCP RST."""
    DRIP = "drip"
    """One byte a second for ever."""
    HANG = "hang"
    """Nothing more, until the client goes away."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are lower-case; ``target`` is as sent."""

    method: str
    target: str
    headers: dict[str, str]
    scheme: str
    body: bytes = b""
    earlier: int = 0
    """Requests before this one on the same connection."""

    @property
    def path(self) -> str:
        """The target without its query, percent-decoded."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """What stands behind the first ``?``."""
        return self.target.partition("?")[2]

    @property
    def base(self) -> str:
        """``scheme://host[:port]`` as the client named it."""
        return f"{self.scheme}://{self.headers.get('host', 'localhost')}"


@dataclass(frozen=True, slots=True)
class Reply:
    """Raw bytes of a response and what follows."""

    raw: bytes
    after: After = After.CLOSE

    def response(self) -> Response | None:
        """The response that these bytes are; None where they are no whole, plain and unpacked one."""
        head, _, body = self.raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, status = first.partition(" ")
        headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        named = {name.lower(): value for name, value in headers}
        whole = named.get("content-length") == str(len(body)) and "content-encoding" not in named
        if (
            self.after in (After.RESET, After.DRIP, After.HANG)
            or version != "HTTP/1.1"
            or not status[:3].isdigit()
            or not whole
        ):
            return None
        return Response(int(status[:3]), body, named.get("content-type", ""), headers)


def parse_head(head: bytes, scheme: str) -> Request | None:
    """Parse the head of a request up to its empty line; None where it is no HTTP."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3:  # noqa: PLR2004 (method, target, version)
        return None
    pairs = (line.partition(":") for line in lines[1:] if line)
    return Request(words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs}, scheme)


HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response as a server's program makes it."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    after: After = After.CLOSE
    shouted: bool = True
    """Whether the reason is in capitals, as Werkzeug writes it."""

    def raw(self, *, head_only: bool = False) -> bytes:
        """The bytes on the wire."""
        phrase = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {phrase.upper() if self.shouted else phrase}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return head if head_only else head + self.body

    def reply(self, method: str = "GET") -> Reply:
        """The reply to a request with ``method``."""
        return Reply(self.raw(head_only=method == "HEAD"), self.after)

"""What stands behind the ports: simulated servers, sources, the canary and the control port."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import parse_qs

from simnet.exchange import JSON, Reply, Request, Response
from simnet.faults import Opening, Visit, control_json, opening, respond
from simnet.sources import Mode, SourceSite
from simnet.specs import Certificate, Clear, Hello, ServerSpec

Row = tuple[str, int, float, str, str, str, str]
"""Server, port, seconds since the start, method, target, user agent, scheme."""


@dataclass(slots=True)
class Log:
    """Every request and every connection since the last reset; appending costs next to nothing."""

    started: float = field(default_factory=time.monotonic)
    requests: list[Row] = field(default_factory=list)
    connections: list[list[str | float | None]] = field(default_factory=list)
    """Server, port, seconds since the start when it began, and when it ended: None while it is open."""

    def request(self, server: str, port: int, request: Request) -> None:
        """Remember ``request``."""
        agent = request.headers.get("user-agent", "")
        self.requests.append((server, port, self._now(), request.method, request.target, agent, request.scheme))

    def connection(self, server: str, port: int) -> Callable[[], None]:
        """Remember a connection; call the result when it has ended."""
        row: list[str | float | None] = [server, port, self._now(), None]
        self.connections.append(row)

        def ended() -> None:
            row[-1] = self._now() if row[-1] is None else row[-1]

        return ended

    def _now(self) -> float:
        return round(time.monotonic() - self.started, 4)

    def reset(self) -> None:
        """Forget everything; time goes on."""
        self.requests.clear()
        self.connections.clear()


class LoggedService:
    """A service whose connections and requests are logged. ``port`` is set once its socket is bound."""

    tls: ssl.SSLContext | None = None
    hello_hangs = False

    def __init__(self, name: str, log: Log) -> None:
        self.name = name
        self.port = 0
        self._log = log

    def connected(self) -> Callable[[], None]:
        """Log the connection, and its end."""
        return self._log.connection(self.name, self.port)

    def opening(self, *, hello: bool) -> Opening:  # noqa: ARG002 - the same for all
        """Serve every connection."""
        return Opening.SERVE

    def respond(self, request: Request) -> Reply:
        """Answer 404: what the canary does."""
        self._log.request(self.name, self.port, request)
        return Response(404).reply(request.method)

    async def pause(self) -> None:
        """No latency."""


class ServerService(LoggedService):
    """One simulated server. Its name is its index and kind."""

    def __init__(self, spec: ServerSpec, log: Log, contexts: Mapping[Certificate, ssl.SSLContext]) -> None:
        super().__init__(f"{spec.index}-{spec.kind}", log)
        self._contexts = contexts
        self.become(spec)
        self.base = ""
        self.peer = ""
        self.behind: Callable[[Request], Reply] | None = None
        self.canary_port = 0
        self._connections: Counter[bool] = Counter()
        self._asked: Counter[str] = Counter()

    def become(self, spec: ServerSpec) -> None:
        """Be the server of ``spec`` from now on."""
        self.spec = spec
        self.tls = self._contexts.get(spec.certificate)
        self.hello_hangs = spec.hello is Hello.HANG

    def opening(self, *, hello: bool) -> Opening:
        """What the server's fault makes of the connection."""
        self._connections[hello] += 1
        return opening(self.spec, self._connections[hello] - 1, hello=hello)

    def respond(self, request: Request) -> Reply:
        """The program's answer with the server's fault, or what a TLS port says to plain HTTP."""
        self._log.request(self.name, self.port, request)
        if request.scheme == "http" and self.tls is not None and self.spec.clear is not Clear.SERVE:
            return clear_text(request, self.spec.clear)
        nth = self._asked[request.target]
        self._asked[request.target] += 1
        visit = Visit(self.spec, request, self.base, nth, self.peer, self.canary_port, time.time(), asked=self._asked)
        return respond(replace(visit, behind=self.behind) if self.behind else visit)

    def reset(self) -> None:
        """Begin anew: passing faults come again."""
        self._connections.clear()
        self._asked.clear()

    async def pause(self) -> None:
        """The server's latency."""
        if self.spec.latency:
            await asyncio.sleep(self.spec.latency)


_REDIRECTS = {Clear.REDIRECT: 301, Clear.REDIRECT_308: 308}


def clear_text(request: Request, clear: Clear) -> Reply:
    """What a port with TLS answers to plain HTTP where it does not serve it."""
    if clear in _REDIRECTS:
        target = "https" + request.base.removeprefix("http") + request.target
        return Response(_REDIRECTS[clear], b"", "", (("Location", target),)).reply(request.method)
    body = b"<html>\r\n<body>The plain HTTP request was sent to HTTPS port</body>\r\n</html>\r\n"
    return Response(400, body, "text/html", shouted=False).reply(request.method)


class SiteService(LoggedService):
    """One source."""

    def __init__(self, site: SourceSite, log: Log) -> None:
        super().__init__(site.name, log)
        self.site = site

    def respond(self, request: Request) -> Reply:
        """The site's page in its present mode."""
        self._log.request(self.name, self.port, request)
        return self.site.respond(request)


class Advance(Protocol):
    """What lets servers change."""

    def __call__(self, indices: Collection[int], *, back: bool) -> str:
        """Let servers with these indices be what they are later, or were first; the truth as JSON."""


class ControlService:
    """The control port: reads the log, resets it, sets the modes of sources, lets things change. Answers JSON."""

    tls: ssl.SSLContext | None = None
    hello_hangs = False

    def __init__(
        self,
        log: Log,
        sites: Mapping[str, SourceSite],
        servers: list[ServerService],
        advance: Advance,
    ) -> None:
        self._log = log
        self._advance = advance
        self._sites = sites
        self._servers = servers

    def connected(self) -> Callable[[], None]:
        """Log nothing."""
        return lambda: None

    def opening(self, *, hello: bool) -> Opening:  # noqa: ARG002 - the same for all
        """Serve every connection."""
        return Opening.SERVE

    async def pause(self) -> None:
        """No latency."""

    def respond(self, request: Request) -> Reply:
        """``/requests``, ``/connections``, ``/reset``, ``/listing?name=NAME&mode=MODE``, ``/advance?server=I``."""
        match request.path:
            case "/requests":
                return control_json(self._log.requests)
            case "/connections":
                return control_json(self._log.connections)
            case "/reset":
                self._log.reset()
                for server in self._servers:
                    server.reset()
                return control_json(True)
            case "/listing":
                return self._set_listing(request)
            case "/advance":
                query = parse_qs(request.query)
                indices = [int(text) for text in query.get("server", ()) if text.isdigit()]
                return Response(200, self._advance(indices, back=query.get("back") == ["1"]).encode(), JSON).reply()
            case _:
                return Response(404).reply()

    def _set_listing(self, request: Request) -> Reply:
        query = parse_qs(request.query)
        name, mode = query.get("name", [""])[0], query.get("mode", [""])[0]
        if name not in self._sites or mode not in set(Mode):
            message = f"There is no source {name!r} with a mode {mode!r}."
            return Response(400, message.encode(), "text/plain").reply()
        self._sites[name].mode = Mode(mode)
        return control_json(True)

"""Crawls of a small server that holds a key: onion requests through the whole wiring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from bench.served import listening
from sessioncrawler.model import Sighting
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.protocol.onion import V4
from sessioncrawler.state import State
from tests.support.crawling import Crawl, Job, run_crawls
from tests.support.onion_server import server_of
from tests.support.sogs_world import IMPATIENT, NOW

HOLDER, STRANGER = server_of("holder"), server_of("stranger")
LOBBY = {"token": "lobby", "name": "Lobby", "read": True, "write": True, "upload": True, "created": 1.5}
SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "crew@example.org"\n'


@dataclass
class Behaviour:
    """What a server does; ``seen`` are the methods, paths and content types of requests."""

    seen: list[tuple[str, str, str | None]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    lost: int = 0
    """POSTs that end in a 502."""
    blocks: bool = False
    """Whether a proxy lets no POST through."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            return self._page(path)
        if self.blocks or path != "/oxen/v4/lsrpc":
            return 404, b"not found"
        if self.lost:
            self.lost -= 1
            return 502, b"bad gateway"
        reply = HOLDER.reply_v4(body, self._inside)
        return (400, b"bad request") if reply is None else (200, reply)

    def _inside(self, endpoint: str) -> tuple[int, bytes]:
        self.inside.append(endpoint)
        return self._page(endpoint)

    def _page(self, path: str) -> tuple[int, bytes]:
        pages = {
            "/rooms?all=1": json.dumps([LOBBY]).encode(),
            "/r/lobby/": f"<pre>https://sogs.example/lobby?public_key={HOLDER.key}</pre>".encode(),
        }
        return (200, pages[path]) if path in pages else (404, b"not found")


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """``127.0.0.1:PORT`` of a server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            behaviour.seen.append((self.command, self.path, self.headers.get("Content-Type")))
            status, content = behaviour.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - a name of the library

        def log_message(self, *args: object) -> None:
            pass

    with listening(Handler) as url:
        yield url.removeprefix("http://")


def crawl(folder, behaviour: Behaviour, configured: str = "", claimed: str = "") -> tuple[Crawl, dict]:
    """A crawl of one server, whose key is configured or claimed by a source, and the poll that came of it."""
    with serving(behaviour) as host, State.open(f"sqlite:///{folder}/state.db") as state:
        entry = f'[[servers]]\nurl = "http://{host}"\npublic_key = "{configured}"\n' if configured else ""
        (folder / "directory.toml").write_text(f"{SITE}\n{entry}")
        if claimed:
            link = parse_join_link(f"http://{host}/lobby?public_key={claimed}")
            state.record_sightings([Sighting(link, "lokilocker")], NOW)
        settings = {
            "DIRECTORY_CONFIG": str(folder / "directory.toml"),
            "STATE_URL": f"sqlite:///{folder}/state.db",
            "SITE_URI": str(folder / "site"),
            "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
            "CRAWL_TIME": NOW,
            "ICONS_ENABLED": False,
            **IMPATIENT,
        }
        [done] = run_crawls([Job("sogs", settings=settings)])
    return done, next(item["poll"] for item in done.items if "poll" in item)


def test_a_server_proves_its_key_with_its_rooms(tmp_path):
    behaviour = Behaviour()
    done, poll = crawl(tmp_path, behaviour, HOLDER.key)
    assert done.reason == "finished"
    assert (poll["outcome"], poll["key_proof"]) == ("reached", "onion")
    assert behaviour.inside == ["/rooms?all=1", "/r/lobby/"]
    assert set(behaviour.seen) == {("POST", "/oxen/v4/lsrpc", "application/octet-stream"), ("GET", "/robots.txt", None)}
    assert poll["named"] == {"scheme": "https", "host": "sogs.example", "port": 443}
    assert poll["named_at"] == NOW
    assert [item["room"]["token"] for item in done.items if "room" in item] == ["lobby"]
    assert "ERROR" not in done.log


def test_a_bad_gateway_is_asked_again(tmp_path):
    behaviour = Behaviour(lost=2)
    _, poll = crawl(tmp_path, behaviour, HOLDER.key)
    assert poll["key_proof"] == "onion"
    assert [path for _, path, _ in behaviour.seen] == [V4] * 4 + ["/robots.txt"]


def test_a_blocked_server_is_asked_as_anybody_may(tmp_path):
    behaviour = Behaviour(blocks=True)
    _, poll = crawl(tmp_path, behaviour, HOLDER.key)
    assert (poll["outcome"], poll["key_proof"]) == ("reached", "preview-page")


def test_a_wrong_link_is_put_right_by_a_proof(tmp_path):
    behaviour = Behaviour()
    _, poll = crawl(tmp_path, behaviour, claimed=STRANGER.key)
    assert (poll["outcome"], poll["key_proof"]) == ("reached", "onion")
    assert poll["server"]["public_key"] == HOLDER.key
    assert [method for method, _, _ in behaviour.seen] == ["POST", "GET", "GET", "POST", "POST", "GET"]
    assert behaviour.inside == ["/rooms?all=1", "/r/lobby/"]


def test_a_configured_key_that_fails_holds_the_rooms_back(tmp_path):
    done, poll = crawl(tmp_path, Behaviour(), STRANGER.key)
    # Nothing else is known here, so that nothing is published.
    assert (done.reason, poll["outcome"]) == ("no_communities", "key-changed")
    assert poll["server"]["public_key"] == HOLDER.key
    assert done.stats["polls/done"] == 1
    assert "polls/reached" not in done.stats

"""A folder on loopback, served as a well-configured web server serves a static site: types, compression, caching.

The page for errors is the folder's ``404.html``. Nothing outside of the folder is given out.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

TEXTUAL = ("text/", "application/json", "application/xml", "application/manifest+json", "image/svg+xml")
"""Beginnings of the types that are worth compressing."""
TYPES = {".webmanifest": "application/manifest+json", ".webp": "image/webp", ".jsonl": "application/jsonl"}
PAGE_AGE, FILE_AGE = 600, 31_536_000
"""Seconds that a page, or another file, may be kept."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """``http://127.0.0.1:PORT`` of ``folder``, for as long as the context lasts."""
    with listening(partial(_Handler, folder.resolve())) as url:
        yield url


@contextmanager
def listening(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """``http://127.0.0.1:PORT`` of a server that ``handler`` answers for, in threads of this process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def find(folder: Path, target: str) -> Path | None:
    """The file for the target of a request, that of a folder being its ``index.html``; None where there is none."""
    path = (folder / unquote(urlsplit(target).path).lstrip("/")).resolve()
    path = path / "index.html" if path.is_dir() else path
    return path if path.is_relative_to(folder) and path.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *arguments: object) -> None:
        self.folder = folder
        super().__init__(*arguments)  # type: ignore[arg-type] # what the server passes on: socket, address, itself

    def do_GET(self) -> None:
        found = find(self.folder, self.path)
        self._answer(found or self.folder / "404.html", HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)

    def _answer(self, path: Path, status: HTTPStatus) -> None:
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body = path.read_bytes() if path.is_file() else b""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Cache-Control", f"max-age={PAGE_AGE if kind == 'text/html' else FILE_AGE}")
        self.send_header("X-Content-Type-Options", "nosniff")
        if kind.startswith(TEXTUAL):
            self.send_header("Vary", "Accept-Encoding")
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                self.send_header("Content-Encoding", "gzip")
                body = gzip.compress(body)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the requests of a measurement are of no interest."""

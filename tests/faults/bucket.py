"""An S3 of loopback that fails on demand: moto behind a door."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import boto3

from bench.served import listening
from tests.faults.runs import HEALTH
from tests.support import s3

NAME = "rooms"
HANG = -1
_ERROR = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{text}</Message></Error>"
_CODES = {503: ("SlowDown", "Please reduce your request rate."), 403: ("InvalidAccessKeyId", "No such access key.")}
_SKIPPED = {"connection", "transfer-encoding", "content-length", "host"}


@dataclass
class Bucket:
    """A bucket behind a door. ``fault`` says what the door does with the n-th request: let it pass (0), answer with
    this status, or HANG."""

    moto: tuple[str, int]
    url: str = ""
    fault: Callable[[int], int] = lambda number: 0
    requests: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def become(self, fault: Callable[[int], int]) -> None:
        """Begin to count anew, with another fault."""
        self.fault, self.requests = fault, 0

    def next_fault(self) -> int:
        with self.lock:
            self.requests += 1
            return self.fault(self.requests)

    def client(self) -> Any:
        host, port = self.moto
        return boto3.client(
            "s3",
            endpoint_url=f"http://{host}:{port}",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

    def objects(self) -> dict[str, bytes]:
        """Key → content; without HEALTH."""
        return {key: content for key, content in s3.objects(NAME).items() if not key.endswith(HEALTH)}


def _door(bucket: Bucket) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = bucket.next_fault()
            if fault == HANG:
                bucket.closed.wait()
                self.close_connection = True
            elif fault:
                code, text = _CODES[fault]
                self.send(fault, {"Content-Type": "application/xml"}, _ERROR.format(code=code, text=text).encode())
            else:
                self.send(*self.passed_on(body))

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - the names that http.server looks for

        def passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = HTTPConnection(*bucket.moto)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                response = connection.getresponse()
                content = response.read()
                return response.status, dict(response.headers), content
            finally:
                connection.close()

        def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _SKIPPED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Door


@contextmanager
def bucket_behind_a_door() -> Iterator[Bucket]:
    """An empty bucket that works."""
    with s3.server() as url:
        place = urlsplit(url)
        bucket = Bucket((place.hostname, place.port))
        bucket.client().create_bucket(Bucket=NAME)
        with listening(_door(bucket)) as bucket.url:
            try:
                yield bucket
            finally:
                bucket.closed.set()

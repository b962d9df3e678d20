"""Buckets and servers that fail, one feed at a time; whole runs are in ``tests/faults/test_s3.py``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from sessioncrawler.feedstorages import GuardedFTPFeedStorage, GuardedGCSFeedStorage, GuardedS3FeedStorage
from sessioncrawler.feedstorages._guard import NotPublished
from sessioncrawler.feedstorages._publication import publish_alone
from sessioncrawler.feedstorages.s3 import _client
from sessioncrawler.publish.archive import AHEAD, PARALLEL, pack
from tests.support.loopback import refusing

boto3 = pytest.importorskip("boto3", reason="boto3 is an optional dependency")


@contextmanager
def answering(put: int, others: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every PUT with one status and the rest with another, and the methods it was asked by."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(self.command)
            self.send_response(put if self.command == "PUT" else others)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def bucket(endpoint: str, tries: int = 1) -> GuardedS3FeedStorage:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "aws_session_token": None}
    client = _client(tries, 5.0, 10, endpoint_url=endpoint, region_name="us-east-1", **keys)
    return GuardedS3FeedStorage("s3://rooms/site", client, None)


def archive(count: int = 1) -> BytesIO:
    packed = BytesIO()
    pack(packed, [(f"{number}/index.html", b"page") for number in range(count)])
    return packed


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (403, "Check the credentials, and that they may write to the bucket, and run it again."),
        (401, "Check the credentials, and that they may write to the bucket, and run it again."),
        (404, "Make the bucket, or name another in SITE_URI, and run it again."),
        (503, "The storage is overloaded or out of reach: run it again later."),
    ],
)
@pytest.mark.parametrize("tree", [True, False])
def test_what_a_bucket_answers_is_told_with_its_mend(status, mend, tree):
    with answering(status) as (url, asked), pytest.raises(NotPublished) as told:
        publish_alone(bucket(url).feed(archive(), tree=tree))
    place = "s3://rooms/site/0/index.html" if tree else "s3://rooms/site"
    assert str(told.value).startswith(f"{place} could not be stored (")
    assert str(told.value).endswith(f"Files before it are new, all others stay as they were. {mend}")
    assert asked == ["PUT"]


def test_a_bucket_is_asked_again_and_then_no_more():
    with answering(503) as (url, asked), pytest.raises(NotPublished):
        publish_alone(bucket(url, tries=2).feed(archive(), tree=True))
    assert asked == ["PUT", "PUT"]


def test_after_a_failure_only_the_few_files_are_stored_that_waited_already():
    with answering(403) as (url, asked), pytest.raises(NotPublished):
        publish_alone(bucket(url).feed(archive(200), tree=True))
    assert len(asked) <= AHEAD + PARALLEL


def test_a_bucket_that_cannot_be_reached_is_told():
    with refusing() as url, pytest.raises(NotPublished, match="run it again later"):
        publish_alone(bucket(url).feed(archive(), tree=True))


def test_what_cannot_be_listed_is_not_removed():
    with answering(200, others=403) as (url, asked), pytest.raises(NotPublished, match="Check the credentials"):
        publish_alone(bucket(url).feed(archive(), tree=True))
    assert asked == ["PUT", "GET"]


def test_an_archive_that_cannot_be_read_is_told():
    with answering(200) as (url, asked), pytest.raises(NotPublished, match="No space left"):
        publish_alone(bucket(url).feed(Unreadable(), tree=True))
    assert asked == []


class Unreadable(BytesIO):
    """A temporary file on a full disk: neither its end can be written nor its beginning read."""

    def seek(self, *_: object) -> int:
        raise OSError(28, "No space left on device")

    close = seek  # type: ignore[assignment]  # it fails in the same way


def test_an_ftp_server_that_is_not_there_is_told():
    with refusing() as url:
        port = url.rpartition(":")[2]
        storage = GuardedFTPFeedStorage(f"ftp://user:secret@127.0.0.1:{port}/site")
        with pytest.raises(NotPublished) as told:
            publish_alone(storage.feed(archive(), tree=True))
    assert f"ftp://127.0.0.1:{port}/site/0/index.html could not be stored (ConnectionRefusedError" in str(told.value)
    assert "Check that it can be reached and that we may write there" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_google_bucket_has_a_place_too(monkeypatch):
    pytest.importorskip("google.cloud.storage", reason="google-cloud-storage is an optional dependency")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")
    storage = GuardedGCSFeedStorage("gs://rooms/site", project_id="x", acl=None)
    assert storage.at("index.html").place == "gs://rooms/site/index.html"


class Bucket(BaseHTTPRequestHandler):
    """Google Cloud Storage, as far as it lists and deletes."""

    def do_GET(self):
        prefix = parse_qs(urlsplit(self.path).query)["prefix"][0]
        items = [{"name": name, "bucket": "rooms"} for name in sorted(self.server.blobs) if name.startswith(prefix)]
        self.answer(200, json.dumps({"items": items}).encode())

    def do_DELETE(self):
        self.server.blobs.remove(unquote(urlsplit(self.path).path.rpartition("/")[2]))
        self.answer(204, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_what_is_no_longer_published_goes_from_a_google_bucket(monkeypatch):
    pytest.importorskip("google.cloud.storage", reason="google-cloud-storage is an optional dependency")
    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.blobs = {"site/c/old/index.html", "site/c/new/index.html", "site/contact.html", "other"}
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
            GuardedGCSFeedStorage("gs://rooms/site/c", project_id="x", acl=None).prune(frozenset({"new/index.html"}))
        finally:
            server.shutdown()
            thread.join()
    assert server.blobs == {"site/c/new/index.html", "site/contact.html", "other"}

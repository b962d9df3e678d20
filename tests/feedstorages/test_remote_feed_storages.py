"""Storages of other places, against servers on loopback."""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sessioncrawler.feedstorages._content import content_type
from tests.support.publishing import community, publish

FEED = {"format": "servers.json"}


def google_answer(body):
    """The checksum without which Google's library takes no answer."""
    import google_crc32c

    checksum = base64.b64encode(google_crc32c.value(body).to_bytes(4, "big")).decode()
    return json.dumps({"crc32c": checksum}).encode()


class ObjectStore(BaseHTTPRequestHandler):
    """Takes whatever is sent and remembers it: enough of S3 and of Google Cloud Storage."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.server.taken.append((self.path, dict(self.headers), body))
        answer = google_answer(body) if self.path.startswith("/upload/") else b""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("ETag", '"0"')
        self.send_header(
            "Location", f"http://127.0.0.1:{self.server.server_port}{self.path}"
        )  # of the upload's second step
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT  # noqa: N815 - the name that http.server looks for

    def log_message(self, *args):
        pass


@contextmanager
def object_store():
    with ThreadingHTTPServer(("127.0.0.1", 0), ObjectStore) as server:
        server.taken = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("acl", ["", "public-read"])
def test_s3_is_told_the_content_type(tmp_path, acl):
    pytest.importorskip("boto3", reason="boto3 is an optional dependency")
    with object_store() as store:
        settings = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_REGION_NAME": "us-east-1",
            "FEED_STORAGE_S3_ACL": acl,
        }
        published = publish([community()], {"s3://bucket/site/servers.json": FEED}, tmp_path, **settings)
        assert published.errors == []
        ((path, headers, body),) = store.taken
    assert path.partition("?")[0] == "/bucket/site/servers.json"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers.get("x-amz-acl", "") == acl
    assert b"sogs.example" in body


def test_google_is_told_the_content_type(tmp_path, monkeypatch):
    pytest.importorskip("google.cloud.storage", reason="google-cloud-storage is an optional dependency")
    with object_store() as store:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{store.server_port}")
        published = publish(
            [community()], {"gs://bucket/servers.json": FEED}, tmp_path, GCS_PROJECT_ID="x", FEED_STORAGE_GCS_ACL=""
        )
        assert published.errors == []
        (path, announced, _), (_, _, body) = store.taken
    assert path.startswith("/upload/storage/v1/b/bucket/o?")
    assert {name.lower(): value for name, value in announced.items()}["x-upload-content-type"] == (
        "application/json; charset=utf-8"
    )
    assert b"sogs.example" in body


@pytest.mark.parametrize(
    ("uri", "settings"),
    [
        ("s3://bucket/servers.json", {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION_NAME": "x"}),
        ("gs://bucket/servers.json", {"GCS_PROJECT_ID": "x"}),
        ("ftp://user:pw@127.0.0.1:1/servers.json", {}),
    ],
)
def test_nothing_leaves_the_house_after_a_bad_crawl(tmp_path, uri, settings):
    pytest.importorskip("boto3", reason="boto3 is an optional dependency")
    published = publish([], {uri: FEED}, tmp_path, **settings)
    (error,) = published.errors
    assert "the crawl found no Community" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/servers.json", "application/json; charset=utf-8"),
        ("feed.xml", "text/xml; charset=utf-8"),
        ("sitemap.txt", "text/plain; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("icon.webp", "image/webp"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("servers.json.gz", "application/gzip"),
        ("servers.json.bz2", "application/octet-stream"),
        ("no-ending", "application/octet-stream"),
    ],
)
def test_content_types(name, expected):
    assert content_type(name) == expected

"""Buckets, and how they fail; whole runs are in ``tests/faults/test_s3.py``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest

from sessioncrawler.feedstorages import bucket
from sessioncrawler.feedstorages._lease import MARK
from sessioncrawler.feedstorages._site import NotPublished, store_site
from sessioncrawler.feedstorages.bucket import AHEAD, Bucket
from sessioncrawler.publish.manifest import FILES
from tests.support import s3
from tests.support.loopback import refusing
from tests.support.operators import operators_settings
from tests.support.packed_sites import NEW, OLD, archive, publish_site, whole
from tests.support.publishing import community, publish

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION_NAME": "us-east-1"}
PLAIN = {"format": "csv", "fields": ["room"]}
REFUSED = "Check the credentials, and that they may read, list, write and delete in the bucket, and run it again."
_LISTED = "<ListBucketResult>{}</ListBucketResult>"
_TIME = "2026-01-01T00:00:00.000Z"
_ONE = f"<Contents><Key>{{}}</Key><Size>1</Size><LastModified>{_TIME}</LastModified><ETag>0</ETag></Contents>"


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


class Store(BaseHTTPRequestHandler):
    """Keeps what is sent, as S3 does and as Google does behind the same API; ``statuses`` says what fails.

    What is done with the mark of a run stands in ``marks``, and fails only by the status of MARK.
    """

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        place = urlsplit(self.path)
        path = unquote(place.path).lstrip("/").partition("/")[2]
        with self.server.lock:
            headers = {n.lower(): v for n, v in self.headers.items()}
            (self.server.marks if path.endswith(MARK) else self.server.asked).append((self.command, path, headers))
            status, content = self.server.statuses.get(self.command, 200), b""
            if path.endswith(MARK):
                status = self.server.statuses.get(MARK, 200)
            if status == 200:
                status, content = self.work(path, parse_qs(place.query, keep_blank_values=True), body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)

    def work(self, path, query, body):
        objects = self.server.objects
        if self.command == "PUT":
            objects[path] = body
        elif self.command == "DELETE":
            return (204, b"") if objects.pop(path, None) is not None else (404, b"")
        elif "list-type" in query:
            names = sorted(name for name in objects if name.startswith(query["prefix"][0]))
            return 200, _LISTED.format("".join(map(_ONE.format, names))).encode()
        elif path not in objects:
            return 404, b""
        return 200, objects.get(path, b"")

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_):
        pass


@contextmanager
def store(**statuses: int) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        server.daemon_threads = True
        server.lock, server.asked, server.marks, server.objects, server.statuses = Lock(), [], [], {}, statuses
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def at_amazon(url, uri="s3://rooms/site", **settings):
    return Bucket(uri, operators_settings({**KEYS, "AWS_ENDPOINT_URL": url, "STORE_TRIES": 1, **settings}))


@pytest.fixture
def google(monkeypatch):
    """A Google Cloud Storage on loopback."""
    with store() as server:
        key = {"gcs_base_url": server.url, "disable_oauth": True, "client_email": "", "private_key": ""}
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps({**key, "private_key_id": ""}))
        yield server


@pytest.fixture
def amazon():
    """An S3 on loopback: its address, and a client that sees what is in it."""
    with s3.server() as url:
        keys = {name.lower(): value for name, value in KEYS.items() if name != "AWS_REGION_NAME"}
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        client.create_bucket(Bucket="rooms")
        yield url, client


def held(client):
    found = client.list_objects_v2(Bucket="rooms").get("Contents", ())
    return {one["Key"]: client.get_object(Bucket="rooms", Key=one["Key"])["Body"].read() for one in found}


def below(prefix, files):
    return {f"{prefix}{path}": content for path, content in files.items()}


@pytest.mark.parametrize(
    ("uri", "prefix"), [("s3://rooms/site/", "site/"), ("s3://rooms", ""), ("s3://rooms/a/b", "a/b/")]
)
def test_a_site_in_a_bucket_of_amazon(amazon, uri, prefix):
    url, client = amazon
    own = below(prefix, {"health.json": b"{}", "cellar/x": b"mine"})
    for key, content in own.items():
        client.put_object(Bucket="rooms", Key=key, Body=content)
    for files in (OLD, NEW):
        store_site(archive(files), at_amazon(url, uri))
        assert held(client) == below(prefix, whole(files)) | own
    client.delete_object(Bucket="rooms", Key=f"{prefix}{FILES}")
    client.put_object(Bucket="rooms", Key=f"{prefix}c/left", Body=b"by a run that was killed")
    store_site(archive(OLD), at_amazon(url, uri))
    assert held(client) == below(prefix, whole(OLD)) | own


def test_through_a_crawl(amazon, tmp_path):
    url, client = amazon
    done = publish_site(NEW, "s3://rooms/site", tmp_path, AWS_ENDPOINT_URL=url, **KEYS)
    assert done.errors == []
    assert done.stats["feedexport/success_count/BucketStorage"] == 1
    assert held(client) == below("site/", whole(NEW))
    assert client.get_object(Bucket="rooms", Key="site/c/a/index.html")["ContentType"] == "text/html; charset=utf-8"
    assert client.get_object(Bucket="rooms", Key=f"site/{FILES}")["ContentType"] == "application/json; charset=utf-8"
    uri = "s3://x:secret@rooms/own/rooms.csv"
    done = publish([community()], {uri: PLAIN}, tmp_path, AWS_ENDPOINT_URL=url, AWS_REGION_NAME="us-east-1")
    assert done.errors == []
    assert b"general" in held(client)["own/rooms.csv"]
    assert client.get_object(Bucket="rooms", Key="own/rooms.csv")["ContentType"] == "text/csv; charset=utf-8"


def test_a_site_in_a_bucket_of_google(google):
    place = "gs://rooms/site"
    google.objects = below("site/", {"health.json": b"{}", "c/left": b"of a killed run"})
    for files in (OLD, NEW):
        store_site(archive(files), Bucket(place, operators_settings()))
        assert google.objects == below("site/", whole(files)) | {"site/health.json": b"{}"}
    announced = {path: headers["content-type"] for method, path, headers in google.asked if method == "PUT"}
    assert announced["site/data.json"] == "application/json; charset=utf-8"


def test_what_did_not_change_is_not_sent(amazon):
    url, client = amazon
    store_site(archive(OLD), at_amazon(url))
    before = {one["Key"]: one["LastModified"] for one in client.list_objects_v2(Bucket="rooms")["Contents"]}
    with store(PUT=500, POST=500, DELETE=500) as server:
        server.objects = held(client)
        store_site(archive(OLD), at_amazon(server.url))
        assert [asked[:2] for asked in server.asked] == [("GET", f"site/{FILES}")]
    store_site(archive(NEW), at_amazon(url))
    after = {one["Key"]: one["LastModified"] for one in client.list_objects_v2(Bucket="rooms")["Contents"]}
    assert before["site/c/a/index.html"] == after["site/c/a/index.html"]


def test_files_that_others_have_removed_meanwhile_are_no_trouble(google):
    store_site(archive(OLD), Bucket("gs://rooms", operators_settings()))
    del google.objects["gone.txt"]
    store_site(archive(NEW), Bucket("gs://rooms", operators_settings()))
    assert google.objects == whole(NEW)


def test_who_may_read_is_said_where_something_is_written(google):
    with store() as server:
        for place in (
            at_amazon(server.url, FEED_STORAGE_S3_ACL="public-read"),
            Bucket("gs://rooms", operators_settings({"FEED_STORAGE_GCS_ACL": "publicRead"})),
        ):
            store_site(archive(OLD), place)
        signed = next(headers["authorization"] for method, _, headers in server.asked if method == "PUT")
        assert "x-amz-acl" in signed
        assert {(method, headers.get("x-amz-acl")) for method, _, headers in server.asked} == {
            ("GET", None),
            ("PUT", "public-read"),
            ("POST", None),  # the mark is removed
        }
    assert {(method, headers.get("x-goog-acl")) for method, _, headers in google.asked} == {
        ("GET", None),
        ("PUT", "public-read"),
    }


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (403, REFUSED),
        (401, REFUSED),
        (404, "Make the bucket, or name another in SITE_URI, and run it again."),
        (301, "Set AWS_REGION_NAME to the region of the bucket and run it again."),
        (503, "The storage is overloaded or out of reach: run it again later."),
    ],
)
def test_what_a_bucket_answers_is_told_with_its_mend(status, mend):
    with store(PUT=status) as server, pytest.raises(NotPublished) as told:
        store_site(archive({"0/index.html": b"page"}), at_amazon(server.url))
    assert str(told.value).startswith("s3://rooms/site/0/index.html could not be stored (")
    assert str(told.value).endswith(f"), so the site is partly new. {mend}")
    assert "secret" not in str(told.value)
    assert [asked[0] for asked in server.asked].count("PUT") == 1


def test_a_bucket_that_may_not_be_read_is_told():
    with store(GET=403) as server, pytest.raises(NotPublished) as told:
        store_site(archive(NEW), at_amazon(server.url))
    assert "s3://rooms/site/files.json could not be stored" in str(told.value)
    assert str(told.value).endswith(f"so what is published stays as it was. {REFUSED}")
    assert [asked[0] for asked in server.asked] == ["GET"]


def test_a_bucket_is_asked_again_and_then_no_more(monkeypatch):
    monkeypatch.setattr(bucket, "FIRST_PAUSE", bucket.FIRST_PAUSE / 1000)
    with store(PUT=503) as server, pytest.raises(NotPublished):
        store_site(archive({"a": b""}), at_amazon(server.url, STORE_TRIES=2))
    assert [asked[0] for asked in server.asked].count("PUT") == 2


def test_after_a_failure_only_the_few_files_are_stored_that_waited_already():
    files = {f"{number}/index.html": b"page" for number in range(200)}
    with store(PUT=403) as server, pytest.raises(NotPublished):
        store_site(archive(files), at_amazon(server.url))
    assert [asked[0] for asked in server.asked].count("PUT") <= AHEAD


def test_a_bucket_that_cannot_be_reached_is_told():
    with refusing() as url, pytest.raises(NotPublished, match="run it again later"):
        store_site(archive(NEW), at_amazon(url))


def test_credentials_that_cannot_be_read_are_told(monkeypatch):
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", "no json")
    with pytest.raises(NotPublished, match="gs://rooms/site/ could not be stored"):
        store_site(archive(NEW), Bucket("gs://rooms/site", operators_settings()))


def test_without_obstore_the_mend_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(bucket, "obstore", None)
    done = publish_site(NEW, "s3://rooms/site", tmp_path, **KEYS)
    assert any("obstore is not installed: run 'pip install obstore'" in line for line in done.errors)


@pytest.mark.parametrize("uri", ["s3://bucket/site", "gs://bucket/site", "ftp://user:pw@127.0.0.1:1/site"])
def test_nothing_leaves_the_house_after_a_bad_crawl(tmp_path, uri):
    done = publish_site(NEW, uri, tmp_path, reason="cancelled", **KEYS)
    (error,) = done.errors
    assert "the crawl did not finish (cancelled)" in error


def test_a_bucket_that_knows_no_conditions_is_used_without(caplog):
    with store(**{MARK: 501}) as server:
        store_site(archive(NEW), at_amazon(server.url))
        assert server.objects == below("site/", whole(NEW))
        assert [asked[0] for asked in server.marks] == ["PUT"]
    assert "s3://rooms knows no conditions: that no two runs publish there is up to you." in caplog.messages


def test_a_mark_that_may_not_be_left_is_told():
    with store(**{MARK: 403}) as server, pytest.raises(NotPublished) as told:
        store_site(archive(NEW), at_amazon(server.url))
    assert str(told.value).startswith("s3://rooms/site/.publishing could not be stored (")
    assert str(told.value).endswith(f"so what is published stays as it was. {REFUSED}")

"""The mark that one run at a time leaves: in a bucket, on an FTP server."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ftplib import error_perm

import boto3
import pytest

from sessioncrawler.feedstorages._lease import MARK
from sessioncrawler.feedstorages._site import NotPublished, store_site
from sessioncrawler.feedstorages.bucket import Bucket
from sessioncrawler.feedstorages.ftp import FTPLease, FTPServer
from sessioncrawler.publish.manifest import FILES
from tests.support import ftp, s3
from tests.support.operators import operators_settings
from tests.support.packed_sites import NEW, OLD, archive, whole

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION_NAME": "us-east-1"}
LEASE = 0.6


class Ftp:
    """An FTP server, and what is on it."""

    def __init__(self, port, root):
        self.root = root
        self.uri = f"ftp://user:se%20cret@127.0.0.1:{port}/site"

    def place(self, **settings):
        return FTPServer(self.uri, operators_settings({"PUBLISH_LEASE": LEASE, "PUBLISH_WAIT": 5, **settings}))

    def held(self):
        site = self.root / "site"
        return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    def leave_mark(self):
        (self.root / "site" / MARK).mkdir(parents=True)
        (self.root / "site" / MARK / "mark").write_bytes(b"of one that was killed")

    def marks(self):
        return [str(path) for path in (self.root / "site").rglob(f"{MARK}*")]


class S3:
    """A bucket, and what is in it."""

    def __init__(self, url):
        self.url = url
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
        self.client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        self.client.create_bucket(Bucket="rooms")

    def place(self, **settings):
        ours = {"PUBLISH_LEASE": LEASE, "PUBLISH_WAIT": 5, "AWS_ENDPOINT_URL": self.url, **KEYS, **settings}
        return Bucket("s3://rooms/site", operators_settings(ours))

    def held(self):
        found = self.client.list_objects_v2(Bucket="rooms").get("Contents", ())
        keys = [one["Key"] for one in found]
        read = lambda key: self.client.get_object(Bucket="rooms", Key=key)["Body"].read()  # noqa: E731
        return {key.removeprefix("site/"): read(key) for key in keys}

    def leave_mark(self):
        self.client.put_object(Bucket="rooms", Key=f"site/{MARK}", Body=b"of one that was killed")

    def marks(self):
        return [name for name in self.held() if name.startswith(MARK)]


@pytest.fixture(params=["s3", "ftp"])
def there(request, tmp_path, monkeypatch) -> Iterator[S3 | Ftp]:
    """Where a site is published that was published before."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with ExitStack() as stack:
        if request.param == "s3":
            it: S3 | Ftp = S3(stack.enter_context(s3.server()))
        else:
            it = Ftp(stack.enter_context(ftp.server(tmp_path)), tmp_path)
        store_site(archive(OLD), it.place())
        assert it.held() == whole(OLD)
        yield it


def test_the_second_run_waits_for_the_first(there):
    done = []

    def second():
        store_site(archive(NEW), there.place())
        done.append("second")

    with there.place() as place, place.alone():
        thread = threading.Thread(target=second)
        thread.start()
        for _ in range(20):  # longer than the lease: we say that we live
            time.sleep(0.1)
            place._lease.check(place)
        assert there.held().items() >= whole(OLD).items()
        done.append("first")
    thread.join()
    assert done == ["first", "second"]
    assert there.held() == whole(NEW)
    assert there.marks() == []


def test_a_second_run_that_waits_in_vain_says_so(there):
    with there.place() as place, place.alone():
        alive, thread = threading.Event(), None
        told = []

        def second():
            with pytest.raises(NotPublished) as raised:
                store_site(archive(NEW), there.place(PUBLISH_WAIT=0.1))
            told.append(str(raised.value))
            alive.set()

        thread = threading.Thread(target=second)
        thread.start()
        while not alive.wait(0.05):
            place._lease.check(place)
        thread.join()
    assert "could not be stored (another run is publishing there, and was not done after 1 s)" in told[0]
    assert "so what is published stays as it was. Run it again when that one has ended" in told[0]
    assert there.held() == whole(OLD)


def test_the_mark_of_a_run_that_was_killed_is_taken_over(there, caplog):
    there.leave_mark()
    began = time.monotonic()
    store_site(archive(NEW), there.place(PUBLISH_WAIT=0))
    assert LEASE <= time.monotonic() - began < 5
    assert there.held() == whole(NEW)
    assert there.marks() == []
    assert "was killed: this one goes on in its place." in caplog.text


def test_a_run_that_was_silent_for_too_long_ends_and_leaves_no_manifest(there):
    place = there.place()
    put = place.put

    def sleepy(paths, read):
        paths = list(paths)
        put(paths[:1], read)
        store_site(archive(OLD | {"index.html": b"of another"}), there.place())
        put(paths[1:], read)

    place.put = sleepy
    with pytest.raises(NotPublished, match=r"since this one was silent for too long\), so the site is partly new"):
        store_site(archive(NEW), place)
    assert FILES not in there.held()
    assert there.held()["index.html"] == b"of another"
    store_site(archive(NEW), there.place())
    assert there.held().items() >= whole(NEW).items()


def test_the_same_site_again_leaves_no_mark(there):
    there.leave_mark()
    began = time.monotonic()
    store_site(archive(OLD), there.place())
    assert time.monotonic() - began < LEASE


class Vanishing:
    """An FTP server whose folder is there when we make it ``times`` times, and gone whenever we look."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.stored: list[str] = []

    def mkd(self, _: str) -> None:
        self.left -= 1
        if self.left >= 0:
            raise error_perm("550 File exists")

    def retrbinary(self, *_: object) -> None:
        raise error_perm("550 not there")

    def cwd(self, _: str) -> None:
        raise error_perm("550 not there")

    def storbinary(self, command: str, *_: object) -> None:
        self.stored.append(command)


def test_a_mark_that_is_taken_away_before_we_look_is_none():
    server = Vanishing(1)
    lease = FTPLease(operators_settings(), "ftp://there", server, "site/.publishing")
    with lease.held():
        assert server.stored
        lease._mark = None  # there is nothing to take away here


def test_a_mark_that_cannot_be_made_ends_the_run():
    with (
        pytest.raises(error_perm, match="File exists"),
        FTPLease(operators_settings(), "ftp://there", Vanishing(2), "x").held(),
    ):
        raise AssertionError

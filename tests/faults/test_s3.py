"""A bucket that is overloaded, silent, or closed to us."""

from __future__ import annotations

import os
from functools import partial

import pytest

from sessioncrawler.feedstorages._lease import MARK
from sessioncrawler.publish.manifest import FILES
from tests.faults.bucket import HANG, NAME, bucket_behind_a_door
from tests.faults.runs import faults, files, measured
from tests.support import s3
from tests.support.sogs_world import NOW

NOT_PUBLISHED = "Nothing was published: the site could not be rendered or stored: see the log."
LATER_AGAIN = "The storage is overloaded or out of reach: run it again later."
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A world, a bucket that holds the site of the first run, and the site that a second run makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            patch.delenv(name)
        with faults(tmp_path_factory.mktemp("bucket")) as faulty, bucket_behind_a_door() as bucket:
            yield faulty, bucket


def into_bucket(world, folder, tries=2, timeout=10.0, **settings):
    """Run a refresh into the bucket; ``tries`` and ``timeout`` are the settings."""
    faulty, bucket = world
    options = [f"AWS_ENDPOINT_URL={bucket.url}", "AWS_REGION_NAME=us-east-1", *(f"{key}=x" for key in KEYS)]
    arguments = [part for option in options for part in ("-s", option)]
    places = {
        "SITE_URI": "s3://rooms/site",
        "STORE_TRIES": tries,
        "STORE_TIMEOUT": timeout,
        "PUBLISH_LEASE": 2,
        **settings,
    }
    return faulty.run(folder, "refresh", *arguments, **places)


@pytest.fixture
def refresh(world, request):
    """Run refreshes into the bucket, in a folder for one test, with the state of the first run."""
    return partial(into_bucket, world, world[0].fresh(request.node.name))


@pytest.fixture(scope="module")
def first(world):
    """What the bucket holds after a run at NOW, its health too."""
    faulty, bucket = world
    bucket.become(lambda number: 0)
    run = into_bucket(world, faulty.fresh("first"), CRAWL_TIME=NOW, DIRECTORY_CONFIG=str(faulty.root / "first.toml"))
    assert run.code == 0
    return s3.objects(NAME)


@pytest.fixture
def old(world, first):
    """The site that the bucket holds before a test."""
    _, bucket = world
    s3.restore(NAME, first)
    return bucket.objects()


def assert_failed(run, *sentences):
    assert run.code == 1, run.output
    assert "Traceback" not in run.output
    assert run.last_line == NOT_PUBLISHED
    for sentence in sentences:
        assert sentence in run.output


def test_a_bucket_that_answers_503_for_long(world, refresh, old):
    _, bucket = world
    bucket.become(lambda number: 503)
    run = refresh()
    assert_failed(run, "s3://rooms/site/", "SlowDown", LATER_AGAIN)
    assert bucket.objects() == old
    assert run.seconds < 30
    assert bucket.requests < 200


def test_a_bucket_that_answers_503_at_first(world, refresh, old):
    faulty, bucket = world
    # The first five look for the manifest, leave a mark, look for it twice, and remove it.
    bucket.become(lambda number: 503 if 5 < number <= 20 else 0)
    run = refresh(tries=6)
    assert run.code == 0, run.output
    local = faulty.fresh("local")
    assert faulty.run(local).code == 0
    stored = {key.removeprefix("site/"): content for key, content in bucket.objects().items()}
    assert measured(stored) == measured(files(local / "site"))


@pytest.mark.parametrize("after", [20, 60])
def test_a_bucket_that_answers_503_from_the_middle_on(world, refresh, old, after):
    _, bucket = world
    bucket.become(lambda number: 0 if number <= after else 503)
    run = refresh()
    assert_failed(run, "so the site is partly new.", LATER_AGAIN)
    broken = bucket.objects()
    assert broken.pop(f"site/{MARK}")  # it could not be removed either, and is taken over
    assert broken["site/index.html"] == old["site/index.html"]
    assert old.keys() - broken.keys() == {f"site/{FILES}"}
    bucket.become(lambda number: 0)
    assert refresh().code == 0
    whole = bucket.objects()
    assert old.keys() - whole.keys()
    new = measured({key.removeprefix("site/"): content for key, content in whole.items()})
    before = measured({key.removeprefix("site/"): content for key, content in old.items()})
    for key, content in measured({key.removeprefix("site/"): value for key, value in broken.items()}).items():
        assert content in (before.get(key), new.get(key)), key


def test_a_bucket_that_does_not_answer(world, refresh, old):
    _, bucket = world
    bucket.become(lambda number: HANG)
    run = refresh(timeout=0.5)
    assert_failed(run, "could not be stored", LATER_AGAIN)
    assert run.seconds < 30
    assert bucket.objects() == old


def test_a_bucket_that_refuses_our_credentials(world, refresh, old):
    _, bucket = world
    bucket.become(lambda number: 403)
    run = refresh()
    assert_failed(run, "InvalidAccessKeyId", "Check the credentials, and that they may read, list, write")
    assert bucket.objects() == old


def test_a_bucket_that_is_not_there(world, refresh):
    _, bucket = world
    bucket.become(lambda number: 0)
    run = refresh(SITE_URI="s3://nowhere/site")
    assert_failed(run, "NoSuchBucket", "Make the bucket, or name another in SITE_URI")

"""The egg through the entry point of Scrapy Cloud, state and site being elsewhere: in PostgreSQL and in a bucket."""

from __future__ import annotations

import json
import socket
from collections import Counter

import boto3
import pytest

from tests.deploy.scrapy_cloud import run_job, started
from tests.support import postgresql, s3
from tests.support.deploying import differing, ours, run, site, unchanged
from tests.support.sogs_world import SOURCES

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
"""Of the bucket on loopback."""
BUCKET = "deployed"
"""moto keeps one world for all servers of a process, so the name is our own."""
LISTING = "lokilocker"
REFRESH = {"job_cmd": ["py:refresh.py"]}


@pytest.fixture(scope="module")
def bucket():
    with s3.server() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        keys = {name.lower(): value for name, value in KEYS.items()}
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        client.create_bucket(Bucket=BUCKET)
        yield url


@pytest.fixture(scope="module")
def project(world, bucket):
    """Settings as they stand on the project's page: texts and numbers."""
    if not postgresql.installed():
        pytest.skip(postgresql.MISSING)
    with postgresql.server() as state:
        settings = world.settings(world.folder, STATE_URL=state, SITE_URI="s3://deployed/site")
        place = {**KEYS, "AWS_REGION_NAME": "us-east-1", "AWS_ENDPOINT_URL": bucket}
        yield {name: str(value) for name, value in {**settings, **place}.items()}


def place(world):
    """The environment of a job that has the egg."""
    return {**world.proxy, "PYTHONPATH": str(world.egg)}


def job(world, project, what):
    return run_job(what, project, place(world))


@pytest.fixture(scope="module")
def listed(world, project):
    return job(world, project, {"spider": LISTING, "spider_args": {"url": world.net.listing_urls[LISTING]}})


@pytest.fixture(scope="module")
def published(world, project, listed):
    """``py:refresh.py`` while the sources are down; the extra source and the state have the join links."""
    done = job(world, project, REFRESH)
    return done, objects()


def objects():
    held = s3.objects(BUCKET)
    return {name.removeprefix("site/"): content for name, content in held.items() if "health." not in name}


def test_a_spider_tells_its_items_its_log_and_its_outcome(listed):
    assert listed.exit_code == 0, listed.output
    assert listed.output == ""
    assert listed.outcomes == ["finished"]
    assert listed.errors == []
    assert len(listed.items) > 10
    assert {item["_type"] for item in listed.items} == {"SightingItem"}
    assert {item["sighting"]["source"] for item in listed.items} == {LISTING}
    assert any("Spider closed (finished)" in line for line in listed.log)
    assert listed.of("STA")[-1]["stats"]["source/links"] == len(listed.items)
    asked = [(request["url"].rpartition("/")[2], request["status"]) for request in listed.of("REQ")]
    assert asked == [("robots.txt", 200), ("Session-Open-Groups", 200)]


def test_the_script_publishes_what_a_refresh_publishes(world, published, tmp_path):
    _, found = published
    settings = ours(world.settings(tmp_path))
    extra = {**world.proxy, **settings, "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings", "PYTHONPATH": "."}
    url = world.net.listing_urls[LISTING]
    for arguments in (("crawl", LISTING, "-a", f"url={url}"), ("refresh",)):
        local = run("scrapy", *arguments, cwd=world.checkout, extra=extra)
        assert local.returncode == 0, local.stderr
    assert differing(found, site(tmp_path / "site")) == []
    assert len(found) > 100


def test_the_script_tells_the_cloud_of_all_its_crawls(published):
    done, found = published
    assert done.exit_code == 0, done.output
    assert done.output == ""
    assert Counter(done.outcomes) == {"source_down": len(SOURCES) - 1, "finished": 2}
    assert done.outcomes[-1] == "finished"  # that of sogs comes last and is the job's
    types = Counter(item["_type"] for item in done.items)
    assert types["PollItem"] == len(json.loads(found["polls.json"])["polls"])
    assert types["CommunityItem"] == done.of("STA")[-1]["stats"]["figures/communities"]
    assert any(line.startswith("[stdout] Published ") and "s3://deployed/site" in line for line in done.log)
    assert len(done.errors) == len(SOURCES) - 1
    assert all("could not be had" in line for line in done.errors)


def test_sogs_alone_publishes_the_same(world, project, published):
    done = job(world, project, {"spider": "sogs"})
    assert done.exit_code == 0
    assert done.errors == []
    assert differing(objects(), published[1]) == []


def test_a_script_that_publishes_nothing_fails(world, project, published, tmp_path):
    (tmp_path / "none.toml").write_text('[site]\nname = "x"\nurl = "https://example.org/"\ncontact = "x@example.org"\n')
    before = objects()
    lonely = {"DIRECTORY_CONFIG": str(tmp_path / "none.toml"), "STATE_URL": f"sqlite:///{tmp_path}/state.db"}
    done = job(world, {**project, **lonely}, REFRESH)
    assert done.exit_code == 1
    assert done.outcomes[-1] == "no_candidates"
    assert any("[stdout] Nothing was published: there is no server to ask" in line for line in done.log)
    assert unchanged(objects()) == unchanged(before)


def test_options_of_the_script_are_those_of_the_command(world, project, tmp_path):
    project = {**project, "SITE_URI": str(tmp_path / "site")}
    done = job(world, project, {"job_cmd": ["py:refresh.py", "-s", "CRAWL_TIME=noon"]})
    assert done.exit_code == 1
    assert any("CRAWL_TIME is 'noon'; give whole Unix seconds" in line for line in done.errors)
    assert not (tmp_path / "site").exists()
    wrong = job(world, project, {"job_cmd": ["py:refresh.py", "now"]})
    assert wrong.exit_code == 2
    assert any("takes no argument, but got 'now'" in line for line in [*wrong.log, wrong.output])


def test_stopped_by_the_cloud_the_old_site_stays_whole(world, project, published, tmp_path):
    before = objects()
    with socket.create_server(("127.0.0.1", 0)) as stalling:
        stalling.settimeout(60)
        page = f"http://127.0.0.1:{stalling.getsockname()[1]}"
        known = world.net.directory_toml.read_text()
        (tmp_path / "own.toml").write_text(f'{known}\n[[servers]]\nurl = "{page}"\npublic_key = "{"0a" * 32}"\n')
        own = {"DIRECTORY_CONFIG": str(tmp_path / "own.toml"), "PATIENT_RETRY_TIMEOUT": "60"}
        with started({"spider": "sogs"}, {**project, **own}, place(world)) as stopped:
            connection, _ = stalling.accept()
            with connection:
                assert connection.recv(1)
                stopped.stop()
                done = stopped.done()
    assert done.outcomes == ["shutdown"]
    assert done.exit_code == 1
    assert unchanged(objects()) == unchanged(before)


def test_without_a_state_that_answers_the_job_says_so(world, project, tmp_path):
    gone = {"SITE_URI": str(tmp_path / "site"), "STATE_URL": f"postgresql+psycopg://tester@/postgres?host={tmp_path}"}
    done = job(world, {**project, **gone}, {"spider": "sogs"})
    assert done.outcomes == ["state_failed"]
    assert done.exit_code == 1
    assert any("Check STATE_URL, and that the database server runs" in line for line in done.errors)


def test_the_image_says_which_spiders_there_are(world, tmp_path):
    extra = {"PYTHONPATH": str(world.egg), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"}
    done = run("shub-image-info", cwd=tmp_path, extra=extra)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["project_type"] == "scrapy"
    assert {LISTING, "sources", "sogs"} <= set(told["spiders"])

"""From a checkout to a published site through a real scrapyd."""

from __future__ import annotations

import re
import socket
import sqlite3
import time

import pytest

from tests.deploy.scrapyd_server import scrapyd
from tests.support.deploying import differing, ours, run, site, unchanged

LISTINGS = ("awesome_session_groups", "lokilocker", "session_directory")
TROUBLE = "ERROR|CRITICAL|Traceback"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scrapyd")


@pytest.fixture(scope="module")
def server(world, folder):
    """A scrapyd whose environment says where state and site are, with the project deployed to it."""
    extra = {**world.proxy, **ours(world.settings(folder))}
    with scrapyd(folder, extra) as it:
        config = world.checkout / "scrapy.cfg"
        text = config.read_text()
        assert "http://localhost:6800/" in text
        config.write_text(text.replace("http://localhost:6800/", f"{it.url}/"))
        done = run("scrapyd-deploy", cwd=world.checkout, extra={"HOME": str(folder)})
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"status": "ok"' in done.stdout, done.stdout[-1500:]
        yield it


@pytest.fixture(scope="module")
def published(world, server, folder):
    """The site after the source spiders, all at once, and then ``sogs``."""
    jobs = {name: server.schedule(name, url=world.net.listing_urls[name]) for name in LISTINGS}
    jobs["sources"] = server.schedule("sources")
    server.finished(*jobs.values())
    jobs["sogs"] = server.schedule("sogs")
    server.finished(jobs["sogs"])
    for spider, job in jobs.items():
        log = server.log(spider, job)
        assert "Spider closed (finished)" in log
        assert not re.search(TROUBLE, log), log
    return site(folder / "site")


def test_the_egg_names_all_spiders(server):
    spiders = server.get("listspiders.json")["spiders"]
    assert {*LISTINGS, "sources", "sogs"} <= set(spiders)
    assert [egg.is_file() for egg in (server.folder / "eggs").rglob("*.egg")] == [True]


def test_the_site_is_that_of_a_refresh(published, refreshed):
    assert len(published) > 100
    assert sum(name.startswith("icons/") for name in published) > 3
    assert differing(published, refreshed) == []


def test_cancelled_in_the_middle_the_old_site_stays_whole(world, server, folder, published):
    with socket.create_server(("127.0.0.1", 0)) as stalling:
        stalling.settimeout(60)
        page = f"http://127.0.0.1:{stalling.getsockname()[1]}"
        known = world.net.directory_toml.read_text()
        own = folder / "own.toml"
        own.write_text(f'{known}\n[[servers]]\nurl = "{page}"\npublic_key = "{"0a" * 32}"\n')
        job = server.schedule("sogs", {"DIRECTORY_CONFIG": own, "PATIENT_RETRY_TIMEOUT": 60})
        connection, _ = stalling.accept()
        with connection:
            assert connection.recv(1)
            began = time.monotonic()
            assert server.post("cancel.json", ("job", job))["prevstate"] == "running"
            server.finished(job)
            assert time.monotonic() - began < 20
    log = server.log("sogs", job)
    assert "Spider closed (shutdown)" in log
    assert "Traceback" not in log
    assert unchanged(site(folder / "site")) == unchanged(published)
    assert list(server.temporary.iterdir()) == []


def test_two_jobs_at_once_leave_state_and_site_whole(server, folder, published, refreshed):
    jobs = [server.schedule("sogs"), server.schedule("sogs")]
    one, two = server.finished(*jobs)
    assert max(one["start_time"], two["start_time"]) < min(one["end_time"], two["end_time"])
    for job in jobs:
        log = server.log("sogs", job)
        assert "Spider closed (finished)" in log
        assert not re.search(TROUBLE, log), log
    with sqlite3.connect(folder / "state.db") as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert state.execute("PRAGMA foreign_key_check").fetchall() == []
    now = site(folder / "site")
    assert now.keys() == published.keys()
    assert differing(now, refreshed) == []
    assert list(server.temporary.iterdir()) == []

"""Every command: what it is called, what it takes, and how it tells of mistakes."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from datetime import datetime, timedelta

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from sessioncrawler.commands import demo
from simnet.truth import make_truth
from simnet.world import make_world
from tests.support.crawl_process import SMALL
from tests.support.scrapy_process import offline, scrapy

DIRECTORY = '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
BROKEN = '[site]\nname = ""\nurl = "ftp://example.org/"\ncontact = "me@example.org"\n'
SPIDERS = ["awesome_session_groups", "directory", "lokilocker", "session_directory", "sogs", "sources"]
CRAWLS = [("crawl", "sogs"), ("crawl", "sources"), ("crawl", "lokilocker"), ("refresh",)]


def test_the_spiders(tmp_path):
    done = scrapy(tmp_path, "list", settings={}, fresh=True)
    assert (done.returncode, done.stdout.split()) == (0, SPIDERS)


def test_the_commands_introduce_themselves(tmp_path):
    done = scrapy(tmp_path, settings={}, fresh=True)
    assert "  refresh       Read the sources, ask all servers, publish the site" in done.stdout
    assert "  demo          Publish a site from a simulated network on this machine" in done.stdout


@pytest.mark.parametrize("arguments", CRAWLS)
@pytest.mark.parametrize(
    ("text", "sentence"),
    [(BROKEN, "directory.toml, line 3"), ("[site\n", "directory.toml, line 1"), (None, "cannot be read")],
)
def test_mistakes_in_the_directory_are_sentences(tmp_path, arguments, text, sentence):
    if text is not None:
        (tmp_path / "directory.toml").write_text(text)
    with offline() as extra:
        done = scrapy(tmp_path, *arguments, settings={}, extra=extra)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("command", ["refresh", "demo"])
def test_unknown_arguments_are_told(tmp_path, command):
    done = scrapy(tmp_path, command, "everything", settings={})
    assert done.returncode == 2
    assert f"'scrapy {command}' takes no argument, but got 'everything'; settings are given with -s" in done.stderr


def test_another_reactor_is_told(tmp_path):
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    done = scrapy(tmp_path, "refresh", "-s", "FORCE_CRAWLER_PROCESS=True", settings={})
    assert done.returncode == 2
    assert "leave TWISTED_REACTOR as it is" in done.stderr


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [
        ("simnet", r"pip install 'sessioncrawler\[demo\]', or 'make demo' in a checkout"),
        ("trustme", r"pip install 'sessioncrawler\[demo\]', or 'make demo'"),
    ],
)
def test_a_demo_without_its_network_says_what_to_do(monkeypatch, missing, remedy):
    monkeypatch.setitem(sys.modules, missing, None)
    command = demo.DemoCommand()
    command.settings = Settings()
    with pytest.raises(UsageError, match=remedy):
        command.run([], Namespace(seed=1, days=0))


def test_the_demo_publishes_and_says_where(tmp_path):
    with offline() as extra:
        settings = {"SITE_URI": "here", "PATIENT_RETRY_TIMEOUT": 1.5, "PATIENT_RETRY_DELAY": 0.1, "CONNECT_TIMEOUT": 1}
        done = scrapy(tmp_path, "demo", "--seed", "2", settings=settings, extra=extra, fresh=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Published \d+ Communities on \d+ servers to here\.$", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-1] == f"Open {(tmp_path / 'here' / 'index.html').as_uri()}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here"]  # the state is thrown away
    assert not re.search(r"\b(could not be read|Traceback)\b", done.stdout + done.stderr)
    # Everything that is there is found, by the names that servers have.
    world = make_world(2, demo.SCENARIO)
    truth = make_truth(world, dict.fromkeys(range(len(world.servers)), 0))
    told = json.loads((tmp_path / "here/v1/communities.json").read_text())["communities"]
    assert {one["identifier"] for one in told} == {one.identifier for one in truth.communities}


def test_a_demo_has_a_past_where_one_is_wanted(tmp_path):
    with offline() as extra:
        settings = {**SMALL, "SITE_URI": "here", "PATIENT_RETRY_TIMEOUT": 1.5, "CONNECT_TIMEOUT": 1}
        done = scrapy(tmp_path, "demo", "--seed", "2", "--days", "2", settings=settings, extra=extra)
    assert done.returncode == 0, done.stderr
    assert re.match(r"Making a past of 2 days …\n[3-6] of its 6 crawls were published\.\n", done.stdout)
    assert done.stderr.count("Spider opened") == 5  # nothing is told of those that are past
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here"]
    assert "Traceback" not in done.stdout + done.stderr
    told = json.loads((tmp_path / "here/v1/communities.json").read_text())
    now = datetime.fromisoformat(told["generated_at"])
    ages = [now - datetime.fromisoformat(one["first_listed"]) for one in told["communities"]]
    # Nearly all are known since the first of six crawls; the last one was an hour ago.
    assert sum(timedelta(days=1.5) < age < timedelta(days=2) for age in ages) > len(ages) / 2


@pytest.mark.parametrize("days", ["-1", "801"])
def test_a_past_has_bounds(tmp_path, days):
    done = scrapy(tmp_path, "demo", "--days", days, settings={})
    assert done.returncode == 2
    assert f"--days is {days}; give days from 0 to 800" in done.stderr

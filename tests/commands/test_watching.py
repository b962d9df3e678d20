"""What people and timers see of monitors: exit codes, sentences, ``scrapy health``, the lines of the log."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from sessioncrawler.commands._outcome import crawl_trouble
from sessioncrawler.editorial.monitors import Figures, Verdict
from sessioncrawler.publish.health import health_schema
from sessioncrawler.state import Run, State, Withheld
from simnet import SimNet
from tests.support.loopback import refusing
from tests.support.scrapy_process import offline, refresh_settings, scrapy, site
from tests.support.sogs_world import NOW, read_listings

RICH = Figures(10_000, 1_000, 4, {"reached": 10})
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[\w.]+\] (INFO|WARNING|ERROR): .*")
DIRECTORY = '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
BROKEN = """
import logging, scrapy
class Broken(scrapy.Spider):
    name = "broken"
    def __init__(self, wrong=None, **kwargs):
        super().__init__(**kwargs)
        if wrong:
            raise RuntimeError("wrong\\nargument")
    async def start(self):
        self.logger.warning("one\\ntwo \\x1b[31m %s", "\\ud800")
        yield scrapy.Request("data:,")
    def parse(self, response):
        raise ValueError("no\\ngood")
"""


def remember(folder, run):
    with State.open(f"sqlite:///{folder}/state.db") as state:
        state.record_run(run)


def health(folder):
    return json.loads((folder / "site" / "health.json").read_text())


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=3, scenario="demo", servers=8) as it:
        yield it


def test_a_failed_monitor_withholds_the_site_until_it_is_forced(net, tmp_path):
    read_listings(net, tmp_path)
    remember(tmp_path, Run(NOW - 7 * 3_600, RICH))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("old")
    before = site(tmp_path)
    with offline() as extra:
        settings = refresh_settings(net, tmp_path)
        done = scrapy(tmp_path, "refresh", settings=settings, extra=extra)
        assert done.returncode == 1
        last = done.stdout.splitlines()[-1]
        assert last.startswith("Nothing was published: monitors failed (servers: Servers: ")
        assert "; communities: Communities: " in last
        assert last.endswith("if the numbers are right, publish them with -s FORCE_PUBLISH=1).")
        assert site(tmp_path) == before
        assert health(tmp_path)["status"] == "failing"

        done = scrapy(tmp_path, "crawl", "sogs", settings={**settings, "LOG_JSON": 1}, extra=extra)
        assert done.returncode == 1
        assert site(tmp_path) == before
        events = [json.loads(line) for line in done.stderr.splitlines()]
        assert events[-1]["message"].startswith("Nothing was published: monitors failed (servers: ")
        assert {"sogs"} == {event["spider"] for event in events if event["message"] == "Spider opened"}
        assert any("Overridden settings:\n" in event["message"] for event in events)

        done = scrapy(tmp_path, "crawl", "sogs", "-s", "FORCE_PUBLISH=1", settings=settings, extra=extra)
        assert (done.returncode, "ERROR" in done.stderr) == (0, False), done.stderr
        assert site(tmp_path)["index.html"] != b"old"
        assert (health(tmp_path)["status"], health(tmp_path)["forced"]) == ("ok", True)


def test_a_listing_site_that_is_down_ends_its_crawl_with_1(tmp_path):
    with refusing() as closed, offline() as extra:
        settings = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32", "PATIENT_RETRY_TIMES": 1}
        (tmp_path / "directory.toml").write_text(DIRECTORY)
        done = scrapy(tmp_path, "crawl", "lokilocker", "-a", f"url={closed}/", settings=settings, extra=extra)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("ERROR: lokilocker could not be read.")


def test_tracebacks_and_strangers_break_no_line(tmp_path):
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    (tmp_path / "broken.py").write_text(BROKEN)
    settings = ("-s", "SPIDER_MODULES=broken")
    done = scrapy(tmp_path, "crawl", "broken", *settings, settings={}, extra={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert sum("Traceback (most recent call last): | File " in line for line in lines) == 1
    assert any(line.endswith(r"[broken] WARNING: one | two \x1b[31m \ud800") for line in lines)
    assert lines[-1].endswith("ERROR: broken met an error of its own: see the log, and please report it.")
    done = scrapy(tmp_path, "crawl", "broken", *settings, "-a", "wrong=1", settings={})
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert lines[-1].endswith("ERROR: broken ended with 'failed': see the log.")


def test_arguments_of_crawl_are_scrapys(tmp_path):
    done = scrapy(tmp_path, "crawl", "one", "two", settings={})
    assert done.returncode == 2
    assert "running 'scrapy crawl' with more than one spider is not supported" in done.stderr
    done = scrapy(tmp_path, "crawl", "nobody", settings={})
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("stats", "publishes", "sentence"),
    [
        ({"finish_reason": "finished"}, False, ""),
        ({"finish_reason": "finished", "feedexport/success_count/A": 1}, True, ""),
        ({"finish_reason": "shutdown"}, True, "Nothing was published: the crawl was stopped."),
        ({"finish_reason": "bad_shard"}, False, "sogs ended with 'bad_shard': see the log."),
        (
            {"finish_reason": "finished", "feedexport/failed_count/A": 1},
            False,
            "sogs could not write a feed: see the log.",
        ),
        ({}, False, "sogs ended with 'failed': see the log."),
    ],
)
def test_what_is_said_of_one_crawl(stats, publishes, sentence):
    assert crawl_trouble("sogs", stats, None, publishes=publishes) == sentence


# --- scrapy health


def ask(folder, *arguments, **settings):
    ours = {"STATE_URL": f"sqlite:///{folder}/state.db", "CRAWL_TIME": NOW, **settings}
    return scrapy(folder, "health", *arguments, settings=ours)


def test_a_young_site_is_healthy(tmp_path):
    remember(tmp_path, Run(NOW - 5_400, Figures(240, 41, 4, {"reached": 41, "dns": 3})))
    done = ask(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Published on 22 January 2026, 10:30 UTC, 1.5 hours ago.",
        "Communities: 240, servers: 41, sources: 4.",
        "Polls: 3 dns, 41 reached.",
    ]


def test_an_old_site_is_not(tmp_path):
    remember(tmp_path, Run(NOW - 7 * 3_600, Figures(240, 41, 4)))
    done = ask(tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("Published on 22 January 2026, 05:00 UTC, 7.0 hours ago.\n")
    assert done.stderr == (
        "The site is 7.0 hours old, and 6 are allowed (MONITOR_MAX_AGE). Look at the log of the last refresh.\n"
    )
    assert ask(tmp_path, "-s", "MONITOR_MAX_AGE=8").returncode == 0
    told = ask(tmp_path, "--json")
    assert told.returncode == 1
    shape = json.loads(told.stdout)
    Draft202012Validator(json.loads(health_schema())).validate(shape)
    assert (shape["status"], shape["age"], shape["figures"]) == ("failing", 7 * 3_600, None)


def test_why_the_last_run_was_withheld_is_told(tmp_path):
    remember(tmp_path, Run(NOW - 5_400, Figures(240, 41, 4)))
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        state.record_judgement([], Withheld(NOW - 1_800, (Verdict("servers", "Servers: 2 of 9.", NOW),)))
    done = ask(tmp_path)
    assert done.returncode == 0
    assert done.stderr == "The run of 22 January 2026, 11:30 UTC was not published.\nServers: 2 of 9.\n"
    shape = json.loads(ask(tmp_path, "--json").stdout)
    Draft202012Validator(json.loads(health_schema())).validate(shape)
    assert [(one["name"], one["ok"]) for one in shape["monitors"]] == [("servers", False), ("age", True)]


def test_a_site_that_was_never_published_is_not(tmp_path):
    done = ask(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Nothing was published yet. Run 'scrapy refresh' and look at its log.\n"
    assert list(tmp_path.iterdir()) == []  # no state that the crawler may not write


def test_what_cannot_be_told_is_a_sentence(tmp_path):
    done = ask(tmp_path, STATE_URL="oracle://host")
    assert (done.returncode, done.stderr) == (1, "STATE_URL names oracle; use SQLite or PostgreSQL.\n")
    done = ask(tmp_path, MONITOR_MAX_AGE="soon")
    assert done.returncode == 2
    assert "MONITOR_MAX_AGE is 'soon', and has to be a number, 0 or more: correct it, or take it away" in done.stderr
    done = ask(tmp_path, "now")
    assert done.returncode == 2
    assert "'scrapy health' takes no argument, but got 'now'" in done.stderr

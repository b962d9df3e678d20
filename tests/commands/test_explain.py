"""``scrapy explain`` after a whole crawl of the simulated network, against what simnet knows of itself."""

from __future__ import annotations

import argparse
from collections import Counter

import pytest
from lxml import html
from scrapy.utils.project import get_project_settings

from sessioncrawler.commands.explain import ExplainCommand, written
from sessioncrawler.editorial.config import load_directory
from sessioncrawler.explain.outcomes import OUTCOME_TEXTS, UNPROVEN, WRONG_KEYS
from sessioncrawler.explain.story import tell
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import KeyProof, Outcome
from sessioncrawler.state import State
from simnet import SimNet
from tests.support.agreeing import said_to_be_listed
from tests.support.command_line import scrapy
from tests.support.sogs_world import NOW, crawl_world, identifier, settings_for

REASONS = {
    "off-record": "it can be neither read nor written to",
    "tag": "its operator tagged it as ",
    "hidden": "this directory hides it: ",
}
ENOUGH = 5
"""Communities of each reason that are asked for."""
PATIENT = {
    "CONNECT_TIMEOUT": 3,
    "PATIENT_RETRY_TIMEOUT": 3,
    "DOWNLOAD_TIMEOUT": 8,
    "HTTPS_GRACE": 10,
    "GUESS_LANGUAGES": True,
}
"""Seconds; more than other tests give, since here the truth counts and not the time."""
WRONG = frozenset({"wrong-keys", "conflicting-keys", "bunsogs-conflict"})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with SimNet(seed=1, scenario="matrix") as net:
        crawled = crawl_world(net, tmp_path_factory.mktemp("explained"), **PATIENT)
        assert crawled.crawl.reason == "finished"
        yield crawled


@pytest.fixture(scope="module")
def known(world):
    with State.open(f"sqlite:///{world.folder}/state.db") as state:
        return Knowledge.read(state, load_directory(world.net.directory_toml), NOW)


@pytest.fixture
def explain(world, capsys):
    """Run the command in this process: a hundred processes would take a minute."""

    def run(what):
        command = ExplainCommand()
        command.settings = get_project_settings()
        command.settings.setdict(settings_for(world.net, world.folder), priority="cmdline")
        command.run([what], argparse.Namespace())
        told = capsys.readouterr()
        return command.exitcode, told.out, told.err

    return run


def options(world):
    settings = settings_for(world.net, world.folder)
    return [
        part for name in ("STATE_URL", "DIRECTORY_CONFIG", "CRAWL_TIME") for part in ("-s", f"{name}={settings[name]}")
    ]


def address_part(told, netloc):
    """Lines of the part about ``host[:port]``."""
    parts = [part.split("\n") for part in told.rstrip().split("\n\n")]
    (part,) = [part for part in parts if part[0].partition("://")[2] == netloc and part[0].startswith("Address ")]
    return [line.strip() for line in part[1:]]


def test_the_story_of_every_address_names_the_right_class_and_the_right_advice(world, explain):
    seen = set()
    for url, right in world.net.truth.addresses.items():
        code, told, trouble = explain(url)
        assert (code, trouble) == (0, "")
        lines = address_part(told, url.partition("://")[2])
        allowed = {outcome: OUTCOME_TEXTS[outcome] for outcome in (right.outcome, *right.alternatives)}
        (outcome,) = [outcome for outcome, text in allowed.items() if f"State: it {text.words}." in lines]
        advice = WRONG_KEYS.advice if right.kind in WRONG else allowed[outcome].advice
        if outcome is Outcome.REACHED and right.kind not in WRONG and world.poll_of(url)["key_proof"] != KeyProof.ONION:
            advice = UNPROVEN.advice
        assert lines[-1] == f"What its operator can do: {advice}"
        if outcome is not Outcome.REACHED:
            assert f"Nothing is listed from {address_part_title(told, url)}: it {allowed[outcome].words}." in told
            answers = outcome is Outcome.KEY_COPY  # with rooms, which are another server's by its key
            assert ("Failing since 22 January 2026, 12:00 UTC" in told) is not answers
        assert any(line.startswith("Named ") for line in lines)
        seen.add(outcome)
    assert len(seen) >= 15


def address_part_title(told, url):
    netloc = url.partition("://")[2]
    return f"https://{netloc}" if f"Address https://{netloc}\n" in told else f"http://{netloc}"


def test_who_claimed_which_key_is_told(world, explain):
    for url, right in world.net.truth.addresses.items():
        if right.kind in WRONG:
            lines = address_part(explain(url)[1], url.partition("://")[2])
            for claim in world.poll_of(url)["claims"]:
                (line,) = [line for line in lines if line.startswith(f"Key {claim['public_key']}: ")]
                assert all(by in line for by in claim["by"])


def test_merged_addresses_are_told(world, explain):
    for best, *others in world.net.truth.merged:
        for other in others:
            lines = address_part(explain(other)[1], other.partition("://")[2])
            assert f"Its rooms are listed under {best}." in lines


def test_the_story_of_a_community_of_each_reason(world, known, explain):
    shown = {item.identifier for item in known.communities()}
    told_of = Counter()
    for unlisted in world.net.truth.unlisted:
        if unlisted.identifier not in shown or told_of[unlisted.reason] >= ENOUGH:
            continue
        code, told, _ = explain(unlisted.identifier)
        assert code == 0
        assert f"{unlisted.identifier} is not listed: {REASONS[unlisted.reason]}" in told
        assert f"400 policy: not listed, because {REASONS[unlisted.reason]}" in told
        assert "What can be done: " in told
        assert "900 history: not listed so far" in told
        told_of[unlisted.reason] += 1
    assert told_of.keys() == REASONS.keys()


def test_a_listed_community_is_said_to_be_listed(world, explain):
    for community in world.net.truth.communities[::20]:
        _, told, _ = explain(community.identifier)
        summary = told.split("\n\n")[1]
        assert f"{community.identifier} “" in summary
        assert "” is listed." in summary
        assert "900 history: listed first on 22 January 2026, 12:00 UTC" in told
        if community.language:
            assert f"({community.language})" in told


def test_what_is_said_to_be_listed_is_what_was_listed(world, known):
    listed = {identifier(item) for item in world.communities}
    assert len(listed) > 200
    assert (
        set(said_to_be_listed(known, [item.server.join_link(item.room).url for item in known.communities()])) == listed
    )


def test_the_command_line(world, known):
    url = next(url for url, right in world.net.truth.addresses.items() if right.kind == "refused")
    done = scrapy("explain", *options(world), url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == written(tell(url, known)) + "\n"


def test_what_is_unknown_is_a_sentence(world):
    done = scrapy("explain", *options(world), "nowhere.example")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Nothing is known of nowhere.example: no source names it")


def test_hostile_names_do_not_reach_the_terminal(world, explain):
    for url, right in world.net.truth.addresses.items():
        if right.kind.startswith("hostile-"):
            assert "\x1b" not in explain(url)[1]
    for item in world.communities:
        if not item["room"]["name"].isprintable():
            told = explain(identifier(item))[1]
            assert not {"\x1b", "\u202e", "\x07"} & set(told)


def test_a_wrong_call_is_a_sentence():
    done = scrapy("explain")
    assert done.returncode == 2
    assert "takes one join link, room, server, host or key, but got 0" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("STATE_URL=sqlite:///{}", "run 'scrapy refresh' first"),
        ("STATE_URL=nonsense", "STATE_URL"),
        ("DIRECTORY_CONFIG=/nowhere/directory.toml", "set DIRECTORY_CONFIG to the path of your directory.toml"),
    ],
)
def test_what_is_missing_is_a_sentence(tmp_path, setting, sentence, capsys):
    command = ExplainCommand()
    command.settings = get_project_settings()
    values = {"STATE_URL": f"sqlite:///{tmp_path}/other.db"} | dict([setting.format(tmp_path / "new.db").split("=")])
    command.settings.setdict(values, priority="cmdline")
    command.run(["example.org"], argparse.Namespace())
    told = capsys.readouterr()
    assert command.exitcode == 1
    assert told.out == ""
    assert sentence in told.err


def test_help_says_what_can_be_asked():
    command = ExplainCommand()
    assert "WHAT" in command.syntax()
    assert command.short_desc() in command.long_desc()


def test_the_status_page_of_the_same_crawl_tells_the_same(world):
    page = html.parse(world.folder / "site" / "status" / "index.html").getroot()
    cards = {card.findtext("h3/bdi"): card.text_content() for card in page.iterfind(".//section[1]/ul/li")}
    for url, right in world.net.truth.addresses.items():
        outcome = Outcome(world.poll_of(url)["outcome"])
        netloc = url.partition("://")[2]
        mine = [text for address, text in cards.items() if address.partition("://")[2] == netloc]
        assert len(mine) == (outcome is not Outcome.REACHED), right.kind
        for text in mine:
            assert f"It {OUTCOME_TEXTS[outcome].words}." in text
            assert OUTCOME_TEXTS[outcome].advice in text
    text = page.text_content()
    assert not [one for one in world.net.truth.unlisted if one.identifier.partition("+")[0] in text]

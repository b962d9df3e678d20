"""docs/deploy.md keeps its word."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.machine.deploy_docs import ways
from tests.support.crawling import ROOT

NEEDS_NETWORK = {"apt-get", "git", "make", "podman"}


def test_there_are_four_ways_on_one_machine():
    assert list(ways()) == ["systemd", "cron", "Container", "Without a timer"]


@pytest.mark.parametrize("way", ways())
def test_each_way_has_less_than_ten_commands(way):
    commands = [part for line in ways()[way] for part in re.split(r"&&|\|\||;|\|", line)]
    assert 0 < len(commands) < 10


@pytest.mark.parametrize("way", ["systemd", "cron", "Container"])
def test_all_files_that_commands_name_are_there(way):
    named = [word for line in ways()[way] for word in shlex.split(line) if word.startswith("/opt/sessioncrawler/")]
    assert named
    for word in named:
        assert (ROOT / word.removeprefix("/opt/sessioncrawler/")).exists(), word


def test_what_make_is_asked_for_is_known():
    targets = {
        word for lines in ways().values() for line in lines if line.startswith("make") for word in line.split()[3:]
    }
    assert targets
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) for target in targets)


def test_links_lead_to_files_and_headings():
    text = (ROOT / "docs/deploy.md").read_text()
    headings = {f"#{heading.lower().replace(' ', '-')}" for heading in re.findall(r"^## (.*)$", text, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    for link in links:
        assert link in headings if link.startswith("#") else (ROOT / "docs" / link).is_file(), link


def test_the_network_is_needed_by_no_other_commands():
    commands = {line.split()[0] for lines in ways().values() for line in lines}
    assert commands - NEEDS_NETWORK == {"install", "cp", "systemctl", "useradd", "scrapy"}

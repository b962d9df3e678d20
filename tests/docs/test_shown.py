"""Every command of README.md and docs/deploy.md is run here, or is on the short list of those that others run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from simnet import SimNet
from tests.docs.shown import EXCEPTED, OTHER, PAGES, SHELL, blocks, commands, excepted
from tests.support.crawl_process import SMALL
from tests.support.crawling import ROOT
from tests.support.deploying import PROJECT
from tests.support.minisign import PUBLIC, SECRET
from tests.support.scrapy_process import environment, offline, refresh_settings, scrapy

"""Settings of a site without the pages that take long."""
QUICK = {
    "PATIENT_RETRY_TIMEOUT": 1.5,
    "PATIENT_RETRY_DELAY": 0.1,
    "CONNECT_TIMEOUT": 1,
    "GUESS_LANGUAGES": False,
    **SMALL,
}
MACHINE = ("etc/systemd/system", "etc/nginx/sites-enabled", "etc/cron.d", "opt", "srv")
"""Folders that Debian and its packages bring."""
SPIDERS = get_spider_loader(Settings({"SPIDER_MODULES": ["sessioncrawler.spiders"]})).list()
RUN = ("scrapy ", "make demo", "make -C ", "git clone ", "install ", "cp ")
"""How commands begin that are run below."""


def shown(*beginnings: str) -> list[str]:
    """The commands that begin so and have to be run here."""
    return [one for page in PAGES for one in commands(page) if one.startswith(beginnings) and not excepted(one)]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_run_or_excepted(page):
    told = commands(page)
    assert len(told) > 10
    assert [one for one in told if not one.startswith(RUN) and not excepted(one)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page):
    assert {language for language, _ in blocks(page)} <= {SHELL, *OTHER}


def test_no_exception_is_left_over_and_each_leads_to_what_is_there():
    told = [one for page in PAGES for one in commands(page)]
    for one in EXCEPTED:
        assert any(re.fullmatch(one.pattern, command) for command in told), one.pattern
        assert (ROOT / one.instead).is_file(), one.instead


def test_the_commands_of_scrapy_do_what_the_readme_says(tmp_path):
    lines = shown("scrapy ")
    assert {f"scrapy crawl {name}" for name in SPIDERS} <= set(lines)
    with SimNet(seed=3, scenario="demo", servers=8) as net, offline() as extra:
        settings = refresh_settings(net, tmp_path, SIGNING_KEY=SECRET, **SMALL)
        for line in lines:
            _, name, *words = _words(line, tmp_path)
            if words[:1] and words[0] in net.listing_urls:  # whose real page no test may read
                words += ["-a", f"url={net.listing_urls[words[0]]}"]
            done = scrapy(tmp_path, name, *words, settings=settings, extra=extra)
            assert (done.returncode, "ERROR" in done.stderr) == (0, False), f"{line}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "site" / "index.html").is_file()
    assert (tmp_path / "copy.db").stat().st_size > 0


def _words(line: str, folder: Path) -> list[str]:
    """A command with something in place of the words in capitals."""
    words = line.split()
    if "WHAT" in words:
        told = json.loads((folder / "site/v1/communities.json").read_text())["communities"][0]["identifier"]
        return [told if word == "WHAT" else word for word in words]
    told = {"FILE": "copy.db", "SITE": "site", "KEY": PUBLIC}
    return [told.get(word, word) for word in words]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the project in which everything is installed."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in (*PROJECT, "simnet", "Makefile", *(path.name for path in ROOT.glob("requirements*.txt"))):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.prefix) / "bin")
    for stamp in ("run", "demo", "dev"):
        (folder / ".venv" / stamp).touch()
    return folder


def run(*words: str, cwd: Path, extra: dict[str, str] | None = None) -> str:
    """Run a command; what it told, when it ended well."""
    done = subprocess.run(
        words, cwd=cwd, env=extra or dict(os.environ), capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_make_demo_publishes_the_simulated_network(checkout):
    assert shown("make demo") == ["make demo"]
    with offline() as proxy:
        told = run("make", "demo", cwd=checkout, extra=environment(QUICK, {"PATH": os.environ["PATH"], **proxy}))
    assert re.search(r"^Published \d+ Communities on \d+ servers to site\.$", told, re.MULTILINE)
    assert f"Open {(checkout / 'site' / 'index.html').as_uri()}" in told.splitlines()  # make within make says more
    assert not (checkout / "data").exists()  # the state is thrown away
    assert not re.search(r"\b(could not be read|Traceback)\b", told)


@pytest.mark.parametrize("target", ["quick", "test"])
def test_what_make_is_asked_for_elsewhere_is_known(checkout, target):
    assert f"make {target}" in commands("README.md")
    assert "pytest" in run("make", "--dry-run", "--old-file=.venv-deploy/ready", target, cwd=checkout)


def test_the_files_of_docs_deploy_go_where_it_says(checkout, tmp_path):
    for name in MACHINE:
        (tmp_path / name).mkdir(parents=True)
    lines = shown("make -C ", "git clone ", "install ", "cp ")
    assert len(lines) > 12
    for line in lines:
        if " -o 10001 " in line and os.geteuid() != 0:
            continue  # giving files to others takes root
        if line.startswith("git clone "):  # each way does
            shutil.rmtree(tmp_path / "opt" / "sessioncrawler", ignore_errors=True)
        run(*(_moved(word, line, checkout, tmp_path) for word in line.split()), cwd=tmp_path)
    assert (tmp_path / "opt/sessioncrawler/README.md").is_file()
    for name in (
        "etc/sessioncrawler/directory.toml",
        "etc/sessioncrawler/environment",
        "etc/systemd/system/sessioncrawler.service",
        "etc/systemd/system/sessioncrawler.timer",
        "etc/nginx/sites-enabled/sessioncrawler.conf",
        "etc/cron.d/sessioncrawler",
    ):
        assert (tmp_path / name).is_file(), name


def _moved(word: str, line: str, checkout: Path, machine: Path) -> str:
    """A word of a command in which the machine's disk is the folder ``machine``."""
    if word == "REPOSITORY":
        return str(ROOT)
    if word.startswith("/opt/sessioncrawler") and not line.startswith("git"):
        return word.replace("/opt/sessioncrawler", str(checkout if line.startswith("make") else ROOT), 1)
    return f"{machine}{word}" if word.startswith("/") else word

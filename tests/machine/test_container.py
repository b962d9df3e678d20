"""deploy/container, read as an engine would: there is none in most places where tests run (docs/deploy.md)."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.support.crawling import ROOT

FOLDER = ROOT / "deploy/container"


def instructions(text):
    """Name and argument of every instruction, comments gone and continued lines joined."""
    lines = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


STEPS = instructions((FOLDER / "Containerfile").read_text())
BASES = [number for number, (name, _) in enumerate(STEPS) if name == "FROM"]
LAST = STEPS[BASES[-1] :]


def the(name, steps=LAST):
    """The argument of the only instruction of that name in the stage that becomes the image."""
    (argument,) = [argument for found, argument in steps if found == name]
    return argument


def test_all_images_stand_on_one_python_that_nobody_else_can_change():
    cloud = instructions((ROOT / "Dockerfile").read_text())
    names = {argument.split()[0] for name, argument in (*STEPS, *cloud) if name == "FROM"}
    assert len(BASES) == 2
    assert len(names) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", names.pop())


def test_everything_copied_is_there_and_let_through():
    let_through = {
        line[1:] for line in (FOLDER / "Containerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copies = [argument.split() for name, argument in STEPS if name == "COPY" and not argument.startswith("--from")]
    copied = {source for *sources, _ in copies for source in sources}
    assert copied == let_through
    assert all((ROOT / source).exists() for source in copied)
    assert {"sessioncrawler", "templates", "scrapy.cfg", "requirements.txt", "requirements-cloud.txt"} == copied


def test_what_is_installed_is_pinned():
    installs = [argument for name, argument in STEPS if name == "RUN" and "pip install" in argument]
    assert len(installs) == 1
    assert shlex.split(installs[0])[-2:] == ["--requirement", "${REQUIREMENTS}"]
    assert [argument for name, argument in STEPS if name == "ARG"] == ["REQUIREMENTS=requirements.txt"]
    for file in ("requirements.txt", "requirements-cloud.txt"):
        wanted = [line for line in (ROOT / file).read_text().splitlines() if line and line[0] not in "# "]
        assert all(re.match(r"[\w.-]+==[\w.]+ ", line) for line in wanted)


def test_it_refreshes_as_a_user_without_rights():
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", the("USER"))
    (program,) = json.loads(the("ENTRYPOINT"))
    assert program == f"{the('WORKDIR')}/.venv/bin/scrapy"
    assert json.loads(the("CMD")) == ["refresh"]
    assert [name for name, _ in LAST].index("RUN") < [name for name, _ in LAST].index("USER")


def test_state_and_site_are_the_volumes_of_the_user():
    settings = dict(re.findall(r"SESSIONCRAWLER_(\w+)=(\S+)", the("ENV")))
    volumes = json.loads(the("VOLUME"))
    assert settings["SITE_URI"] in volumes
    assert settings["STATE_URL"] == f"sqlite:///{next(volume for volume in volumes if 'state' in volume)}/state.db"
    owner = the("USER").split(":")[0]
    made = shlex.split(the("RUN"))
    assert made[:4] == ["install", "--directory", f"--owner={owner}", f"--group={owner}"]
    assert made[4:] == volumes


@pytest.fixture
def run():
    """The arguments with which the unit starts Podman."""
    text = (FOLDER / "sessioncrawler.service").read_text().replace("\\\n", " ")
    return shlex.split(re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)[1])


def test_the_unit_starts_it_walled_in(run):
    assert run[:2] == ["podman", "run"]
    assert {"--rm", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges"} <= set(run)
    assert run[-1] == "localhost/sessioncrawler"


def test_it_has_the_limits_of_the_other_unit(run):
    unit = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "deploy/systemd/sessioncrawler.service").read_text(), re.MULTILINE))
    limits = {f"--memory={unit['MemoryMax'].lower()}", f"--pids-limit={unit['TasksMax']}"}
    assert limits | {f"--ulimit=nofile={unit['LimitNOFILE']}"} <= set(run)


def test_the_unit_gives_it_all_folders_that_it_names(run):
    mounted = {argument.split(":")[1] for argument in run if argument.startswith("--volume=")}
    directory = re.search(r"DIRECTORY_CONFIG=(\S+)/directory\.toml", the("ENV"))[1]
    assert mounted == {*json.loads(the("VOLUME")), directory}
    assert f"--volume={directory}:{directory}:ro" in run
    environment = next(argument for argument in run if argument.startswith("--env-file="))
    assert environment == f"--env-file={directory}/environment"


def test_settings_in_the_file_of_the_environment_are_known():
    named = re.findall(r"^#?SESSIONCRAWLER_(\w+)=", (ROOT / "deploy/environment").read_text(), re.MULTILINE)
    assert named
    settings = (ROOT / "sessioncrawler/settings.py").read_text()
    assert all(f'_ours("{name}"' in settings for name in named)

"""deploy/compose, read as an engine would, beside the image, the unit and the settings that it has to agree with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url

from sessioncrawler.commands._rounds import parse_interval
from tests.machine.test_container import LAST, STEPS, the
from tests.support.crawling import ROOT

FOLDER = ROOT / "deploy/compose"
TEXT = (FOLDER / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
STATE, CRAWLER, WEB = (COMPOSE["services"][name] for name in ("state", "crawler", "web"))
SETTINGS = (ROOT / "sessioncrawler/settings.py").read_text()
IMAGE = dict(re.findall(r"SESSIONCRAWLER_(\w+)=(\S+)", the("ENV")))
ENV = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (FOLDER / "env").read_text(), re.MULTILINE))


def mounts(service: dict) -> dict[str, str]:
    """Place in the container → what is mounted there, and how."""
    pairs = (volume.split(":", 1) for volume in service["volumes"])
    return {rest.split(":")[0]: f"{source}{rest[len(rest.split(':')[0]) :]}" for source, rest in pairs}


def default(name: str) -> str:
    """What settings.py says."""
    return re.search(rf'^{name} = _ours\("{name}", ([^)]*)\)', SETTINGS, re.MULTILINE)[1].replace("_", "")


def test_everything_that_is_named_is_there():
    build = CRAWLER["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    assert (ROOT / f"{build['dockerfile']}.dockerignore").is_file()
    for service in COMPOSE["services"].values():
        for source in (volume.split(":")[0] for volume in service["volumes"]):
            here = {"./directory.toml": ROOT / "directory.toml"}.get(source, FOLDER / source)
            assert here.is_file() if source.startswith(".") else source in COMPOSE["volumes"], source
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
    used = [source for service in COMPOSE["services"].values() for source in mounts(service).values()]
    assert all(any(source.split(":")[0] == name for source in used) for name in COMPOSE["volumes"])


def test_what_is_left_to_the_operator_stands_in_the_file_of_the_environment():
    assert set(re.findall(r"\$\{(\w+)", TEXT)) <= set(ENV)
    asked = [name.removeprefix("SESSIONCRAWLER_") for name in ENV if name.startswith("SESSIONCRAWLER_")]
    named = [name for service in COMPOSE["services"].values() for name in service.get("environment", {})]
    asked += [name.removeprefix("SESSIONCRAWLER_") for name in named if name.startswith("SESSIONCRAWLER_")]
    assert asked
    assert all(f'_ours("{name}"' in SETTINGS for name in asked)
    assert CRAWLER["env_file"] == [".env"]
    assert not ENV["STATE_PASSWORD"]


def test_the_image_can_speak_to_the_state():
    url = make_url(CRAWLER["environment"]["SESSIONCRAWLER_STATE_URL"].replace("${STATE_PASSWORD}", "secret"))
    told = STATE["environment"]
    assert (url.drivername, url.host) == ("postgresql+psycopg", "state")
    assert (url.username, url.database) == (told["POSTGRES_USER"], told["POSTGRES_DB"])
    assert told["POSTGRES_PASSWORD"].startswith("${STATE_PASSWORD:?")
    ((name, value),) = CRAWLER["build"]["args"].items()
    assert name in [argument.split("=")[0] for found, argument in STEPS if found == "ARG"]
    assert re.search(r"^psycopg==", (ROOT / value).read_text(), re.MULTILINE)
    assert CRAWLER["depends_on"]["state"]["condition"] == "service_healthy"
    assert STATE["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert set(STATE["networks"]) == {"inside"}
    assert "inside" not in WEB["networks"]


def test_it_keeps_going_at_the_pace_of_the_timer():
    refresh, option, interval = CRAWLER["command"]
    assert (refresh, option) == ("refresh", "--keep-going")
    assert int(default("KEEP_GOING_LEAST")) <= parse_interval(interval) == 45 * 60
    timer = (ROOT / "deploy/systemd/sessioncrawler.timer").read_text()
    assert f"every {parse_interval(interval) // 60} minutes" in timer


def test_its_health_is_that_of_the_site():
    program = f"{the('WORKDIR')}/.venv/bin/scrapy"
    check = CRAWLER["healthcheck"]
    assert check["test"] == ["CMD", program, "health"]
    assert program in the("ENTRYPOINT")
    assert (ROOT / "sessioncrawler/commands/health.py").is_file()
    assert parse_interval(check["interval"]) < float(default("MONITOR_MAX_AGE")) * 3600
    assert parse_interval(check["start_period"]) >= float(default("KEEP_GOING_LONGEST"))


def test_the_crawler_writes_the_site_that_the_web_server_serves():
    crawler, web = mounts(CRAWLER), mounts(WEB)
    assert crawler[IMAGE["SITE_URI"]] == "site"
    assert web[WEB["environment"]["SITE_ROOT"]] == "site:ro"
    assert crawler[IMAGE["DIRECTORY_CONFIG"]] == "./directory.toml:ro"
    assert CRAWLER["read_only"]
    assert {place.split(":")[0] for place in CRAWLER["tmpfs"]} == {re.search(r"HOME=(\S+)", the("ENV"))[1]}
    assert [name for name, _ in LAST].count("VOLUME") == 1


def test_it_is_walled_in_as_the_unit_is():
    unit = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "deploy/systemd/sessioncrawler.service").read_text(), re.MULTILINE))
    assert CRAWLER["mem_limit"] == unit["MemoryMax"].lower()
    assert str(CRAWLER["pids_limit"]) == unit["TasksMax"]
    assert str(CRAWLER["ulimits"]["nofile"]) == unit["LimitNOFILE"]
    assert CRAWLER["stop_grace_period"] == unit["TimeoutStopSec"]
    for service in (CRAWLER, WEB):
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert WEB["cap_add"] == ["NET_BIND_SERVICE"]


def test_caddy_takes_its_file_with_this_environment(tmp_path):
    if not (caddy := shutil.which("caddy")):
        pytest.skip("needs Caddy on the PATH")
    ours = ROOT / "deploy/compose" / mounts(WEB)["/etc/caddy/Caddyfile"].split(":")[0]
    named = set(re.findall(r"\{\$(\w+)", ours.read_text()))
    assert named == set(WEB["environment"])
    environment = {**os.environ, "HOME": str(tmp_path), "SITE_ADDRESS": "http://localhost:8080", "SITE_ROOT": "/site"}
    done = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(ours.resolve())],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_compose_itself_takes_it(tmp_path):
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs 'docker compose'")
    folder = tmp_path / "deploy/compose"
    shutil.copytree(FOLDER, folder)
    Path(folder, ".env").write_text("SITE_ADDRESS=x.example\nSTATE_PASSWORD=secret\n")
    done = subprocess.run(
        [docker, "compose", "config", "--quiet"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr

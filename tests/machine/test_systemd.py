"""The units of deploy/, judged by systemd's own tools and run by a real systemd."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from simnet import UNBOUNDED
from tests.machine.booted import booted
from tests.machine.deploy_docs import ways
from tests.support.crawling import ROOT

UNITS = ROOT / "deploy/systemd"
SERVICE = UNITS / "sessioncrawler.service"
THRESHOLD = "11"
"""Tenths of what ``systemd-analyze security`` says; lower is better, and 100 is no protection at all."""
DROP_IN = "/etc/systemd/system/sessioncrawler.service.d/test.conf"
SIMULATED = (
    "SESSIONCRAWLER_TLS_CA_FILE=/etc/sessioncrawler/ca.pem",
    "SESSIONCRAWLER_ALLOWED_PRIVATE_NETWORKS=127.0.0.1/32",
    "SESSIONCRAWLER_PATIENT_RETRY_TIMES=3",
    "SESSIONCRAWLER_PATIENT_RETRY_DELAY=0.1",
    *(f"SESSIONCRAWLER_{name}={value}" for name, value in UNBOUNDED.items()),
)
PROBE = """
import ctypes, json, mmap, os, socket, subprocess
def refused(what):
    try:
        what()
    except OSError as error:
        return error.strerror or str(error)
    return "allowed"
def write(name):
    return refused(lambda: open(name, "w").close())
def reach(host):
    with socket.socket() as sock:
        sock.settimeout(2)
        return refused(lambda: sock.connect((host, 80)))
def run(tool):
    with open(tool, "w") as file:
        file.write("#!/bin/sh")
    os.chmod(tool, 0o755)
    return refused(lambda: subprocess.run([tool], check=True))
libc = ctypes.CDLL(None, use_errno=True)
def unshare():
    if libc.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
print("PROBE", json.dumps({
    "uid": os.getuid(),
    "processes": len([name for name in os.listdir("/proc") if name.isdigit()]),
    "state": write("/var/lib/sessioncrawler/probe"),
    "code": write("/opt/sessioncrawler/probe"),
    "settings": write("/etc/sessioncrawler/probe"),
    "home": refused(lambda: os.listdir("/root")),
    "disk": refused(lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0))),
    "packet": refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()),
    "namespace": refused(unshare),
    "code in memory": refused(lambda: mmap.mmap(-1, 4096, prot=7).close()),
    "written": run("/var/lib/sessioncrawler/tool"),
    "temporary": run("/tmp/tool"),
    "loopback": reach("127.0.0.1"),
}))
"""


def analyze(*arguments, **more):
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze: apt-get install systemd")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize(
    "service", ["deploy/systemd/sessioncrawler.service", "deploy/container/sessioncrawler.service"]
)
def test_the_units_have_no_mistakes(service, tmp_path):
    text = (ROOT / service).read_text()
    (tmp_path / "sessioncrawler.service").write_text(re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", text))
    shutil.copy(UNITS / "sessioncrawler.timer", tmp_path)
    done = analyze("verify", str(tmp_path / "sessioncrawler.service"), str(tmp_path / "sessioncrawler.timer"))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_service_is_exposed_as_little_as_the_docs_say():
    done = analyze("security", "--offline=true", "--no-pager", f"--threshold={THRESHOLD}", str(SERVICE))
    assert done.returncode == 0, done.stdout
    level = re.search(r"Overall exposure level for .*: ([0-9.]+)", done.stdout)[1]
    assert f"says {level}, of 10" in (ROOT / "docs/deploy.md").read_text()


def test_the_timer_ticks_every_45_minutes():
    calendars = re.findall(r"^OnCalendar=(.*)$", (UNITS / "sessioncrawler.timer").read_text(), re.MULTILINE)
    ticks = set()
    for calendar in calendars:
        done = analyze("calendar", "--base-time=2026-01-22 00:00:01", "--iterations=40", calendar, env={"TZ": "UTC"})
        ticks |= set(re.findall(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", done.stdout))
    times = sorted(datetime.fromisoformat(f"{tick}+00:00") for tick in ticks)[:64]
    assert {after - before for before, after in pairwise(times)} == {timedelta(minutes=45)}
    assert len(times) == 64


def test_both_web_servers_are_shown_the_same_folder():
    drop_ins = {(UNITS / f"{name}.service.d/sessioncrawler.conf").read_text() for name in ("nginx", "caddy")}
    assert len(drop_ins) == 1
    folder = re.search(r"^BindReadOnlyPaths=-.*:(.*)$", drop_ins.pop(), re.MULTILINE)[1]
    assert f"root {folder};" in (ROOT / "deploy/nginx/sessioncrawler.conf").read_text()
    assert f"{{$SITE_ROOT:{folder}}}" in (ROOT / "deploy/caddy/Caddyfile").read_text()


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with booted(tmp_path_factory.mktemp("machine")) as it:
        yield it


def lay_down(machine, net, way):
    """Run the commands of docs/deploy.md that need no network and start nothing, then take the directory of ``net``."""
    for command in ways()[way]:
        if not command.startswith(("apt-get", "git", "make", "systemctl")):
            done = machine.run("sh", "-c", command)
            assert done.returncode == 0, done.stderr
    machine.write("/etc/sessioncrawler/directory.toml", Path(net["directory_toml"]).read_text())
    machine.write("/etc/sessioncrawler/ca.pem", Path(net["ca_file"]).read_text())


@pytest.fixture(scope="module")
def net(machine):
    with machine.simulated(servers=8) as it:
        yield it


@pytest.fixture(scope="module")
def installed(machine, net):
    """The machine after the commands of the way by systemd up to the first that starts something."""
    lay_down(machine, net, "systemd")
    environment = machine.path("/etc/sessioncrawler/environment").read_text()
    machine.write("/etc/sessioncrawler/environment", environment + "\n".join(SIMULATED) + "\n")
    return machine


def drop_in(machine, *lines):
    machine.write(DROP_IN, "[Service]\n" + "\n".join(lines) + "\n")
    assert machine.run("systemctl", "daemon-reload").returncode == 0


def test_the_installed_units_have_no_mistakes(installed):
    units = [f"/etc/systemd/system/sessioncrawler.{kind}" for kind in ("service", "timer")]
    done = installed.run("systemd-analyze", "verify", *units)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_refresh_has_nothing_but_its_folder(installed):
    installed.write("/opt/sessioncrawler/probe.py", PROBE)
    drop_in(installed, "ExecStart=", "ExecStart=/opt/sessioncrawler/.venv/bin/python probe.py")
    assert installed.run("systemctl", "start", "sessioncrawler").returncode == 0, installed.log()
    found = json.loads(re.search(r"^PROBE (.*)$", installed.log(), re.MULTILINE)[1])
    assert found.pop("uid") > 60000, "a dynamic user"
    assert found.pop("state") == "allowed"
    assert found.pop("processes") == 1
    assert found.pop("loopback") == "timed out", "the kernel drops it"
    assert found.pop("packet") == "Address family not supported by protocol"
    assert found.pop("code") == found.pop("settings") == "Read-only file system"
    assert found.pop("home") == found.pop("written") == found.pop("temporary") == "Permission denied"
    assert set(found.values()) == {"Operation not permitted"}, found


def test_a_refresh_that_reaches_nobody_has_failed(installed):
    installed.path(DROP_IN).unlink(missing_ok=True)
    installed.run("systemctl", "daemon-reload")
    assert installed.run("systemctl", "start", "sessioncrawler").returncode == 1
    assert "Nothing was published: no server told about any Community" in installed.log()
    assert "sessioncrawler.service" in installed.run("systemctl", "--failed", "--no-legend").stdout


def test_a_refresh_publishes_and_nginx_serves_it(installed):
    drop_in(installed, "IPAddressAllow=127.0.0.1")
    for command in [command for command in ways()["systemd"] if command.startswith("systemctl")]:
        done = installed.run("sh", "-c", command)
        assert done.returncode == 0, done.stderr + installed.log()
    assert re.search(r"^Published \d+ Communities on \d+ servers", installed.log(), re.MULTILINE)
    assert "sessioncrawler.timer" in installed.run("systemctl", "list-timers", "--no-legend").stdout
    status, page = installed.fetch("/")
    assert status == 200
    assert page == installed.path("/var/lib/private/sessioncrawler/site/index.html").read_bytes()
    assert installed.fetch("/state.db")[0] == 404
    assert installed.fetch("/../state.db")[0] == 400


def test_the_next_refresh_shows_without_another_restart(installed):
    before = installed.fetch("/v1/manifest.json")
    assert installed.run("systemctl", "start", "sessioncrawler").returncode == 0, installed.log()
    status, after = installed.fetch("/v1/manifest.json")
    assert (status, before[0]) == (200, 200)
    assert after != before[1]


def test_the_user_of_the_cron_lines_can_publish_too(installed, net):
    installed.run("rm", "/var/lib/sessioncrawler")  # a link of systemd's into the private folder
    lay_down(installed, net, "cron")
    crontab = installed.path("/etc/cron.d/sessioncrawler").read_text()
    settings = re.findall(r"^SESSIONCRAWLER_\w+=.*$", crontab, re.MULTILINE)
    command = re.search(r"^0.*  sessioncrawler  (.*)$", crontab, re.MULTILINE)[1]
    variables = ("HOME=/var/lib/sessioncrawler", "SPREAD=0", *settings, *SIMULATED)
    done = installed.run("runuser", "-u", "sessioncrawler", "--", "env", *variables, "sh", "-c", command)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert installed.run("runuser", "-u", "www-data", "--", "cat", "/srv/sessioncrawler/v1/manifest.json").stdout

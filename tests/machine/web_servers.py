"""nginx and Caddy with the files of deploy/, serving a folder on loopback; and requests that show all of an answer."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.crawling import ROOT

START_SECONDS = 20
BROTLI = Path("/usr/share/nginx/modules-available/mod-http-brotli-filter.conf")
Change = Callable[[str], str]


@dataclass(frozen=True)
class Answer:
    """What a server answers, as it was sent; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """A folder and the port on which it is served."""

    port: int
    folder: Path

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for ``path`` as it is written, ``..`` and all; underscores of header names are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def _unchanged(text: str) -> str:
    return text


@contextmanager
def nginx(site: Path, folder: Path, change: Change = _unchanged, modules: str = "") -> Iterator[Site]:
    """Serve ``site`` with our snippet: where it listens and what it serves is replaced, then ``change`` is applied."""
    binary = _binary("nginx")
    port = _free_port()
    text = (ROOT / "deploy/nginx/sessioncrawler.conf").read_text()
    for pattern, line in {
        r"listen 80;": f"listen 127.0.0.1:{port};",
        r"listen \[::\]:80;": "",
        r"root /srv/sessioncrawler;": f"root {site};",
    }.items():
        text, times = re.subn(pattern, line, text)
        assert times == 1, pattern
    (folder / "site.conf").write_text(change(text))
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{modules}\n{user}\ndaemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/site.conf;\n}}\n"
    )
    command = [binary, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    with _running(command, port, {}):
        yield Site(port, site)


@contextmanager
def caddy(site: Path, folder: Path, change: Change = _unchanged) -> Iterator[Site]:
    """Serve ``site`` with our Caddyfile, by its own variables; the administration of Caddy is off."""
    binary = _binary("caddy")
    port = _free_port()
    text = (ROOT / "deploy/caddy/Caddyfile").read_text()
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + change(text))
    places = {"SITE_ADDRESS": f"http://127.0.0.1:{port}", "SITE_ROOT": str(site), "HOME": str(folder)}
    with _running([binary, "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"], port, places):
        yield Site(port, site)


def uncommented(text: str) -> str:
    """A snippet with all that it offers switched on: lines that begin with ``#`` and no space after it."""
    return re.sub(r"^(\s*)#(?=[A-Za-z])", r"\1", text, flags=re.MULTILINE)


def _binary(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not found:
        pytest.skip(f"needs {name}: apt-get install {name}")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int, variables: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, process.stdout and process.stdout.read().decode()
            assert time.monotonic() < ends, "it did not begin to listen"
            time.sleep(0.02)
        else:
            return

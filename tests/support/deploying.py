"""What deploys: the tools of ``.venv-deploy``, a copy of the project, and the sites that come of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessioncrawler.site.i18n.languages import LOCALES
from simnet import SimNet
from tests.support.bundles import ABOUT, BUNDLE, members, without_size
from tests.support.crawling import ROOT
from tests.support.scrapy_process import refresh_settings

TOOLS = ROOT / ".venv-deploy" / "bin"
TIMEOUT = 90
PROJECT = (
    *("sessioncrawler", "templates", "bin"),
    *(
        "setup.py",
        "pyproject.toml",
        "MANIFEST.in",
        "LICENSE",
        "README.md",
        "scrapy.cfg",
        "scrapinghub.yml",
        "directory.toml",
    ),
    "requirements-cloud.txt",
)
"""What is deployed is made of these."""
SERVERS = 25
"""How far the scenario ``demo`` is played: servers of many kinds, none that stalls."""
MEASURED = ("polls.json", "v1/polls.json")
"""Files with measured values in them, which no two crawls have in common."""
KEYS = "v1/keys.json"
IN_ORDER = ("feed/keys.xml", "keys/index.html", *(f"{code}/keys/index.html" for code in LOCALES[1:]))
"""Files that tell of the log of keys, whose entries are in the order in which servers happened to answer."""
MANIFEST = "v1/manifest.json"
FILES = "files.json"
HEALTH = "health.json"

READY = TOOLS.parent / "ready"
MISSING = "needs the environment that 'make .venv-deploy/ready' makes"


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """A clean environment: no settings, no way to the checkout, nothing that measures coverage."""
    return {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8", **extra}


def run(*command: str | Path, cwd: Path, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of ``.venv-deploy`` to its end."""
    program, *arguments = command
    return subprocess.run(
        [TOOLS / program, *arguments],
        cwd=cwd,
        env=environment(extra or {}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def ours(settings: Mapping[str, Any]) -> dict[str, str]:
    """Settings as variables of the environment."""
    return {f"SESSIONCRAWLER_{name}": str(value) for name, value in settings.items()}


def copy_project(folder: Path, directory: Path) -> None:
    """Copy the project into ``folder`` as an operator's checkout, whose ``directory.toml`` is the given one."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy(ROOT / name, folder / name)
    shutil.copy(directory, folder / "directory.toml")


@dataclass(frozen=True)
class Deployed:
    """A simulated network, a checkout of the project that is about it, and the egg of that."""

    net: SimNet
    folder: Path
    checkout: Path
    egg: Path
    proxy: dict[str, str]
    """Environment in which everything but loopback is refused."""

    def settings(self, folder: Path, **more: Any) -> dict[str, Any]:
        """Settings of crawls that keep state and site in ``folder``; the operator's file is that of the egg.

        With icons, since the process that makes them has to find the project as well.
        """
        settings = refresh_settings(self.net, folder, **{"ICONS_ENABLED": True, "ICONS_GRACE": 60, **more})
        return {name: value for name, value in settings.items() if name != "DIRECTORY_CONFIG" or name in more}


@contextmanager
def deployed(proxy: dict[str, str]) -> Iterator[Deployed]:
    """Build the egg as ``shub deploy`` does, in a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="deploy") as name, SimNet(seed=1, servers=SERVERS) as net:
        folder = Path(name)
        (checkout := folder / "checkout").mkdir()
        copy_project(checkout, net.directory_toml)
        egg = folder / "project.egg"
        done = run("shub", "deploy", "--build-egg", egg, cwd=checkout, extra={"SHUB_APIKEY": "0" * 32, "HOME": name})
        assert done.returncode == 0, done.stdout + done.stderr
        yield Deployed(net, folder, checkout, egg, proxy)


REFRESH = """
import json, sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
from sessioncrawler.commands._process import run_refresh
sys.exit(run_refresh(AsyncCrawlerProcess(get_project_settings()), json.loads(sys.argv[1])))
"""
"""``scrapy refresh``, except that source spiders read other pages; ``scrapy demo`` does it the same way."""


def refresh(world: Deployed, settings: Mapping[str, Any]) -> None:
    """Refresh in the checkout, reading the sources of the simulated network."""
    pages = {name: url for name, url in world.net.listing_urls.items() if name != "extra"}
    extra = {**world.proxy, **ours(settings), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings", "PYTHONPATH": "."}
    done = run("python", "-c", REFRESH, json.dumps(pages), cwd=world.checkout, extra=extra)
    assert done.returncode == 0, done.stdout + done.stderr


def site(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder``, hidden ones too, by its path; but for what tells how the last run went."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("health."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def comparable(files: Mapping[str, bytes]) -> dict[str, Any]:
    """A site without what no two crawls have in common.

    That is how many seconds, connections and questions each poll took (whose key is known is asked less), in which
    order servers answered, and the size of the file of all data, which holds both.
    """
    same: dict[str, Any] = {name: content for name, content in files.items() if name not in IN_ORDER}
    tell_sizes = {name for name in files if name.endswith(ABOUT)}
    same |= {name: without_size(files[name]) for name in tell_sizes}
    same[KEYS] = json.loads(files[KEYS])
    same[KEYS]["log"] = sorted((one["change"], one["address"], one["public_key"]) for one in same[KEYS]["log"])
    for name in MEASURED:
        same[name] = json.loads(files[name])
        for poll in same[name]["polls"]:
            assert poll.pop("seconds") >= 0
            assert poll.pop("tries") >= 0
            assert poll.pop("requests") >= 0
    same[MANIFEST] = json.loads(files[MANIFEST])
    for line in same[MANIFEST]["files"]:
        if line["path"] in ("polls.json", "keys.json", "open-data.zip"):
            assert line.pop("bytes") == len(files[f"v1/{line['path']}"])
            assert len(line.pop("sha256")) == 64
    packed = members(files[BUNDLE])
    assert all(content == files[name] for name, content in packed.items() if name in files)
    same[BUNDLE] = sorted(packed)
    whole = json.loads(files[FILES])["files"]
    same[FILES] = {
        name: one
        for name, one in whole.items()
        if name not in {*MEASURED, *IN_ORDER, KEYS, MANIFEST, BUNDLE, *tell_sizes}
    }
    return same


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Names of the files in which two sites differ."""
    first, second = comparable(one), comparable(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def unchanged(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a crawl that publishes nothing leaves as it is: all but the file that tells of it."""
    return {name: content for name, content in files.items() if name != HEALTH}

"""The egg that ``shub deploy --build-egg`` and ``scrapyd-deploy --build-egg`` build."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement

from sessioncrawler.editorial.config import load_directory
from sessioncrawler.editorial.policy import REASON_TEXTS
from sessioncrawler.site.i18n.languages import site_language
from tests.support.crawling import ROOT
from tests.support.deploying import TOOLS, run

PROBE = """
import json, sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from scrapy.cmdline import _get_commands_dict
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
import sessioncrawler
from sessioncrawler.editorial.config import find_directory, load_directory
from sessioncrawler.editorial.policy import REASON_TEXTS
from sessioncrawler.site.i18n import languages as i18n
from sessioncrawler.site.render import environment
settings = get_project_settings()
texts = list(REASON_TEXTS.values())
print(json.dumps({
    "package": sessioncrawler.__file__,
    "spiders": sorted(SpiderLoader.from_settings(settings).list()),
    "commands": [name for name, one in _get_commands_dict(settings, True).items() if "crawler" in one.__module__],
    "templates": sorted(f"templates/{name}" for name in environment.project_loader().list_templates()),
    "logo": len(environment.file_bytes("logo/icon-192.png")),
    "german": [i18n.site_language("de").gettext(text) for text in texts],
    "directory": [str(find_directory(None)), load_directory(find_directory(None)).site.name],
    "opened": opened,
}))
"""
"""What a process finds whose only way to the project is the egg on its path."""


@pytest.fixture(scope="module")
def names(world):
    with zipfile.ZipFile(world.egg) as egg:
        return set(egg.namelist())


def files(folder: str, *endings: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.suffix.endswith(endings)
    }


def test_everything_that_a_crawl_reads_travels(names):
    assert files("sessioncrawler", ".py", ".mo", ".json") <= names
    assert {f"sessioncrawler/{name}" for name in files("templates", "")} <= names
    assert {"sessioncrawler/directory.toml", "EGG-INFO/scripts/refresh.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "simnet/"))]


def test_nothing_but_the_egg_is_read_and_the_egg_stays_zipped(world, tmp_path):
    alone = run("python", "-c", "import sessioncrawler", cwd=tmp_path)
    assert "No module named 'sessioncrawler'" in alone.stderr
    extra = {"PYTHONPATH": str(world.egg), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"}
    done = run("python", "-c", PROBE, cwd=tmp_path, extra=extra)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["package"] == f"{world.egg}/sessioncrawler/__init__.py"
    assert {"awesome_session_groups", "lokilocker", "session_directory", "sources", "sogs"} <= set(found["spiders"])
    assert {"refresh", "demo", "explain", "check-config", "lint-room"} <= set(found["commands"])
    assert set(found["templates"]) == files("templates", "")
    assert found["logo"] == (ROOT / "templates/logo/icon-192.png").stat().st_size
    assert found["german"] == [site_language("de").gettext(text) for text in REASON_TEXTS.values()]
    assert found["german"] != list(REASON_TEXTS.values())
    name = load_directory(world.net.directory_toml).site.name
    assert found["directory"] == [f"{world.egg}/sessioncrawler/directory.toml", name]
    read = [path for path in found["opened"] if "sessioncrawler" in path or path.startswith(str(ROOT))]
    assert [path for path in read if not path.startswith((str(TOOLS.parent), str(world.egg)))] == []
    assert list(tmp_path.iterdir()) == []


def test_the_demo_stays_at_home(world, tmp_path):
    extra = {"PYTHONPATH": str(world.egg), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"}
    done = run("scrapy", "demo", cwd=tmp_path, extra=extra)
    assert done.returncode == 2
    assert "The simulated network is not here" in done.stderr
    assert "make demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_licence_travels(world):
    with zipfile.ZipFile(world.egg) as egg:
        told = egg.read("EGG-INFO/PKG-INFO").decode()
    assert "License-Expression: BSD-3-Clause" in told


def test_scrapyd_and_the_cloud_find_the_settings_by_the_entry_point(world):
    with zipfile.ZipFile(world.egg) as egg:
        entry_points = egg.read("EGG-INFO/entry_points.txt").decode()
        requires = egg.read("EGG-INFO/requires.txt").decode()
        assert "EGG-INFO/zip-safe" in egg.namelist()
    assert re.search(r"\[scrapy\]\nsettings = sessioncrawler\.settings$", entry_points, re.MULTILINE)
    required, *extras = requires.split("\n\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {Requirement(one) for one in required.splitlines()} == {Requirement(one) for one in project["dependencies"]}
    assert [extra.split()[0] for extra in extras] == ["[demo]", "[gcs]", "[postgresql]", "[s3]"]


def test_a_checkout_has_no_file_more_than_before(world):
    made = {path.name for path in world.checkout.iterdir()} - {path.name for path in ROOT.iterdir()}
    assert made <= {"build", "sessioncrawler.egg-info"}  # which git ignores
    assert not (world.checkout / "sessioncrawler" / "directory.toml").exists()

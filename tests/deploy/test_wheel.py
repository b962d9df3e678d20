"""What ``make release`` builds, installed where no checkout is: the demo runs, and everything is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import sessioncrawler
from bench import release
from tests.support.crawling import ROOT
from tests.support.deploying import MISSING, PROJECT, READY
from tests.support.scrapy_process import offline

QUICK = {
    "PATIENT_RETRY_TIMEOUT": "1.5",
    "PATIENT_RETRY_DELAY": "0.1",
    "CONNECT_TIMEOUT": "1",
    "GUESS_LANGUAGES": "False",
    "POSTERS": "0",
    "SERVERS_TRANSLATED": "0",
    "COMMUNITIES_TRANSLATED": "0",
    "SHELF_LANGUAGES": "1",
    "LAST_GRACE": "1",
}
"""Settings of a demo that is over soon; with icons, since the process that makes them has to find the project too."""
TIMEOUT = 900
DECOY = "raise ImportError('another package of this name')\n"
PROBE = """
import importlib.util, json, sys
import sessioncrawler
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.render import environment
from sessioncrawler.editorial.config import find_directory
print(json.dumps({
    "package": sessioncrawler.__file__,
    "templates": sorted(f"templates/{name}" for name in environment.project_loader().list_templates()),
    "logo": len(environment.file_bytes("logo/icon-192.png")),
    "german": site_language("de").gettext("Privacy"),
    "directory": str(find_directory(None)),
    "path": sys.path,
}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """An sdist, the wheel of it, and an egg."""
    if not READY.exists():
        pytest.skip(MISSING)
    tree, folder = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("built")
    for name in (*PROJECT, "simnet"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored) if (ROOT / name).is_dir() else shutil.copy(
            ROOT / name, tree / name
        )
    return release.build(tree, folder)


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Programs of an environment with the wheel, what it needs, and a package that is called simnet, too."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    release.command(release.UV, "venv", "--quiet", "--offline", "--python", sys.executable, folder, cwd=ROOT)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (packages / "simnet.py").write_text(DECOY)
    release.install(folder, built[0])
    return folder / "bin"


def run(program: Path, *arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A program of the environment, as its user runs it: no variable leads to the checkout."""
    ours = {f"SESSIONCRAWLER_{name}": value for name, value in settings.items()}
    with offline() as proxy:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **proxy, **ours}
        return subprocess.run(
            [program, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )


def test_the_demo_publishes_a_site_from_an_empty_folder(installed, tmp_path):
    done = run(installed / "sessioncrawler", "demo", "--seed", "2", cwd=tmp_path, **QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"Open {(tmp_path / 'site/index.html').as_uri()}"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    told = json.loads((tmp_path / "site/v1/communities.json").read_text())["communities"]
    assert len(told) > 100
    assert list((tmp_path / "site" / "icons").rglob("*.webp"))
    assert "Traceback" not in done.stdout + done.stderr


def test_all_that_a_crawl_reads_is_found_and_nothing_of_the_checkout(installed, tmp_path):
    done = run(installed / "python", "-c", PROBE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (package,) = installed.parent.glob("lib/python*/site-packages/sessioncrawler")
    assert found["package"] == str(package / "__init__.py")
    assert found["directory"] == str(package / "directory.toml")
    assert set(found["templates"]) == {
        str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    assert found["logo"] == (ROOT / "templates/logo/icon-192.png").stat().st_size
    assert found["german"] == "Datenschutz"
    assert str(ROOT) not in found["path"]


def test_every_command_is_there_in_any_folder(installed, tmp_path):
    done = run(installed / "sessioncrawler", cwd=tmp_path)
    commands = {path.stem for path in (ROOT / "sessioncrawler/commands").rglob("[a-z]*.py")}
    assert len(commands) >= 10
    assert {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")} >= commands
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = another.project\n")
    (tmp_path / "directory.toml").write_text('[site]\nname = "x"\n')
    checked = run(installed / "sessioncrawler", "check-config", cwd=tmp_path)
    assert checked.returncode == 1
    assert "site.url" in checked.stdout + checked.stderr


def test_its_version_is_told(installed, built, tmp_path):
    told = run(installed / "sessioncrawler", "--version", cwd=tmp_path).stdout
    assert told.startswith(f"sessioncrawler {sessioncrawler.__version__}, Scrapy 2.")
    assert [path.name for path in built] == [
        f"sessioncrawler-{sessioncrawler.__version__}-py3-none-any.whl",
        f"sessioncrawler-{sessioncrawler.__version__}.tar.gz",
        f"sessioncrawler-{sessioncrawler.__version__}-py3.11.egg",
    ]


def test_without_the_extra_demo_it_says_what_to_install(installed, tmp_path):
    (tmp_path / "trustme.py").write_text("raise ModuleNotFoundError('gone', name='trustme')\n")
    done = run(installed / "python", "-m", "sessioncrawler", "demo", cwd=tmp_path)  # which finds modules of the folder
    assert done.returncode == 2
    assert "pip install 'sessioncrawler[demo]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wheel_takes_no_name_but_its_own_and_the_egg_has_no_simulated_network(built):
    wheel, sdist, egg = built
    with zipfile.ZipFile(wheel) as packed:
        assert {
            name.split("/")[0] for name in packed.namelist() if ".data/" not in name and ".dist-info/" not in name
        } == {"sessioncrawler"}
        carried = {name for name in packed.namelist() if name.startswith("sessioncrawler/vendored/")}
    modules = {
        str(path.relative_to(ROOT)) for path in (ROOT / "simnet").rglob("*.*") if path.suffix in {".py", ".toml"}
    }
    assert carried == {f"sessioncrawler/vendored/{name}" for name in modules}
    with zipfile.ZipFile(egg) as packed:
        assert not [name for name in packed.namelist() if "simnet" in name or "vendored" in name]
    with tarfile.open(sdist) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    assert modules | {"directory.toml", "templates/index.html", "bin/refresh.py", "LICENSE"} <= inside

"""The custom image of Scrapy Cloud, as far as it can be made without Docker; and what is installed where."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable

import pytest
import yaml
from packaging.requirements import Requirement

from tests.deploy.scrapy_cloud import run_job
from tests.support.crawling import ROOT
from tests.support.deploying import READY, TOOLS, environment, run

FILES = (
    "requirements.txt",
    "requirements-cloud.txt",
    "requirements-deploy.txt",
    "requirements-demo.txt",
    "requirements-dev.txt",
    "requirements-docs.txt",
)


def pins(*names: str) -> dict[str, str]:
    """Package → version of requirements files; the name as PEP 503 normalises it."""
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines() if line[:1].isalnum()]
    needs = [Requirement(line.rstrip(" \\")) for line in lines]
    return normal(f"{one.name}{one.specifier}" for one in needs if one.marker is None or one.marker.evaluate())


def normal(pinned: Iterable[str]) -> dict[str, str]:
    pairs = (line.split("==") for line in pinned)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def instructions(name: str) -> list[str]:
    """What follows ``name`` in the lines of the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    return [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")]


@pytest.mark.parametrize("name", FILES)
def test_everything_is_pinned_with_hashes(name):
    lines = (ROOT / name).read_text().splitlines()
    needs = [number for number, line in enumerate(lines) if line[:1].isalnum()]
    assert needs
    assert all("==" in lines[number] and "--hash=sha256:" in lines[number + 1] for number in needs)


def test_no_package_is_pinned_to_two_versions():
    everything = [pins(name) for name in FILES]
    versions = {(name, version) for one in everything for name, version in one.items()}
    assert len(versions) == len({name for name, _ in versions})


def test_the_environment_that_deploys_holds_what_is_pinned_and_no_more(world, tmp_path):
    frozen = run("python", "-m", "pip", "freeze", "--all", cwd=tmp_path)
    installed = normal(frozen.stdout.split())
    del installed["pip"]
    wanted = pins("requirements-deploy.txt")
    wanted.pop("pip", None)
    assert installed == wanted
    checked = run("python", "-m", "pip", "check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_targets_of_the_cloud():
    config = yaml.safe_load((ROOT / "scrapinghub.yml").read_text())
    assert config["projects"] == {"default": 0, "image": {"id": 0, "image": "scrapinghub"}}
    assert re.fullmatch(r"scrapy:[\d.]+-\d{8}", config["stack"])
    assert config["requirements"] == {"file": "requirements-cloud.txt"}
    assert pins("requirements.txt").items() <= pins("requirements-cloud.txt").items()


def test_the_dockerfile_names_files_that_are_there_and_no_root():
    for copied in instructions("COPY"):
        *sources, _ = copied.split()
        assert all((ROOT / source).exists() for source in sources), copied
    assert "pip install -r requirements-cloud.txt" in instructions("RUN")
    assert instructions("USER")[-1] not in {"root", "0"}
    (base,) = instructions("FROM")
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", base)


@pytest.fixture(scope="module")
def image(world, tmp_path_factory):
    """An environment in which the steps of the Dockerfile were taken; the programs in it."""
    assert READY.exists()
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([TOOLS / "python", "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    (packages,) = folder.glob("lib/python*/site-packages")
    (borrowed,) = TOOLS.parent.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{borrowed}\n")
    done = subprocess.run(
        [
            TOOLS / "pip",
            "--python",
            folder,
            "install",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            world.checkout,
        ],
        env=environment({"HOME": str(folder)}),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bin"


def test_what_is_installed_has_the_script_and_the_operators_file(world, image):
    (package,) = image.parent.glob("lib/python*/site-packages/sessioncrawler")
    assert (package / "directory.toml").read_bytes() == world.net.directory_toml.read_bytes()
    assert (package / "templates" / "index.html").exists()
    assert (image / "refresh.py").exists()


def test_the_script_runs_where_no_egg_is(world, image):
    done = run_job({"job_cmd": ["py:refresh.py", "now"]}, {}, world.proxy, image)
    assert done.exit_code == 2, done.output
    assert any("takes no argument, but got 'now'" in line for line in done.log)


def test_without_the_cloud_the_script_is_the_command(tmp_path):
    (tmp_path / "directory.toml").write_text('[site]\nname = "x"\nurl = "https://x.example/"\ncontact = "x"\n')
    done = subprocess.run(
        [sys.executable, ROOT / "bin" / "refresh.py", "now"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "'scrapy refresh' takes no argument, but got 'now'" in done.stdout + done.stderr

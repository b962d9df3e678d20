"""``python -m bench.release [FOLDER]``: wheel, sdist and egg of what is committed, each tried by itself.

Each is installed where nothing but the locked requirements is, and publishes the site of a simulated network from an
empty folder. Only what did so lies in FOLDER (``dist``) at the end, with ``SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sessioncrawler
from bench.checkouts import checkout, described
from bench.usage import ROOT, BenchError

BUILDER = ROOT / ".venv-deploy" / "bin" / "python"
"""Has the setuptools that builds eggs (``make .venv-deploy/ready``)."""
UV = Path(sys.executable).with_name("uv")
LOCKED = "requirements-demo.txt"
SETTINGS = "SCRAPY_SETTINGS_MODULE"


def command(*words: str | Path, cwd: Path, extra: Mapping[str, str] | None = None) -> str:
    """Run a program to its end, in an environment without settings; its output. BenchError where it fails."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SESSIONCRAWLER_", "PYTHON", "SCRAPY"))
    }
    done = subprocess.run(  # noqa: S603 - our own arguments
        [str(word) for word in words],
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = f"{done.stdout}{done.stderr}".strip()
        raise BenchError(f"{Path(words[0]).name} {' '.join(map(str, words[1:]))} ended with {done.returncode}:\n{told}")
    return done.stdout


def build(tree: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Build the checkout ``tree``, in ``folder``: an sdist, the wheel of that sdist, and the egg.

    Nothing is fetched: setuptools is that of ``.venv-deploy``. BenchError where a step fails.
    """
    apart = ("--offline", "--no-build-isolation", "--python", BUILDER)
    command(UV, "build", "--quiet", *apart, "--out-dir", folder, tree, cwd=tree)
    command(BUILDER, "setup.py", "--quiet", "clean", "--all", "bdist_egg", "--dist-dir", folder, cwd=tree)
    (wheel,), (sdist,), (egg,) = (list(folder.glob(f"*{ending}")) for ending in (".whl", ".tar.gz", ".egg"))
    return wheel, sdist, egg


@contextmanager
def locked_environment(python: str | Path = sys.executable) -> Iterator[Path]:
    """The folder of a fresh virtual environment with what ``requirements-demo.txt`` locks; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        folder = Path(name, "venv")
        command(UV, "venv", "--quiet", "--python", python, folder, cwd=Path(name))
        locked = ("--require-hashes", "--requirements", ROOT / LOCKED)
        command(UV, "pip", "install", "--quiet", "--python", folder / "bin/python", *locked, cwd=Path(name))
        yield folder


def install(environment: Path, package: Path) -> None:
    """Install a wheel or an sdist, and nothing else, into an environment."""
    python = environment / "bin" / "python"
    command(UV, "pip", "install", "--quiet", "--no-deps", "--python", python, package, cwd=environment)


def demo(*program: str | Path, extra: Mapping[str, str] | None = None) -> int:
    """Let ``program`` publish a simulated network from an empty folder; how many files its site has.

    BenchError where it fails or publishes no front page.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        command(*program, "demo", cwd=Path(name), extra=extra)
        if not Path(name, "site", "index.html").is_file():
            raise BenchError(f"{' '.join(map(str, program))} demo ended well, but there is no site/index.html.")
        return sum(path.is_file() for path in Path(name, "site").rglob("*"))


def beside_egg(egg: Path, tree: Path, folder: Path) -> dict[str, str]:
    """The environment of a process that has the egg on its path and, in ``folder``, the network that no egg carries."""
    shutil.copytree(tree / "simnet", folder / "simnet")
    return {"PYTHONPATH": os.pathsep.join(map(str, (egg, folder))), SETTINGS: "sessioncrawler.settings"}


def _try_out(wheel: Path, sdist: Path, egg: Path, tree: Path) -> Iterator[str]:
    """A line for each thing that was tried."""
    for package in (wheel, sdist):
        with locked_environment() as environment:
            install(environment, package)
            yield f"{package.name}: {demo(environment / 'bin' / 'sessioncrawler')} files of a site"
    with locked_environment() as environment, tempfile.TemporaryDirectory(prefix="release-") as name:
        extra = beside_egg(egg, tree, Path(name))
        yield f"{egg.name}: {demo(environment / 'bin' / 'scrapy', extra=extra)} files of a site"
    run = (
        UV,
        "tool",
        "run",
        "--isolated",
        "--constraints",
        ROOT / LOCKED,
        "--from",
        f"{wheel}[demo]",
        "sessioncrawler",
    )
    yield f"uvx --from {wheel.name}[demo]: {demo(*run)} files of a site"


def release(folder: Path) -> Iterator[str]:
    """Build, try out, and put what did its work into ``folder``; a line for each step. BenchError where one fails."""
    version = sessioncrawler.__version__
    if described(ROOT).endswith("+"):
        raise BenchError("There are changes that are not committed, and a release holds what is: commit or stash them.")
    if not re.search(rf"^## {re.escape(version)} ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE):
        raise BenchError(f"CHANGELOG.md has no section {version}: write one, or change __version__.")
    with checkout("HEAD") as tree, tempfile.TemporaryDirectory(prefix="release-") as name:
        built = build(tree, Path(name))
        yield from _try_out(*built, tree)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in built:
            shutil.copy(path, folder)
        sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(built))
        (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        yield f"{len(built)} packages of version {version} are in {folder}"


if __name__ == "__main__":
    try:
        for line in release(Path(*sys.argv[1:2] or ["dist"])):
            print(line, flush=True)  # noqa: T201 - it talks to a terminal
    except BenchError as error:
        sys.exit(str(error))

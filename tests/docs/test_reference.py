"""docs/settings.md and docs/commands.md are what the code says; the README repeats no default that is another."""

from __future__ import annotations

import re

import pytest

from bench import reference
from bench.usage import ROOT
from sessioncrawler import __version__, settings

IN_WORDS = {"directory.toml", "contact of `directory.toml"}
"""Defaults that the README tells otherwise than the code does, which has None there."""
ROW = re.compile(r"^\| (`[A-Z_`, ]+`) \| ([^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize("path", reference.pages(), ids=lambda path: path.name)
def test_what_is_committed_is_what_the_code_says(path):
    assert path.read_text(encoding="utf-8") == reference.pages()[path], "run 'make reference'"


def test_every_setting_and_command_is_there():
    told = (ROOT / "docs/settings.md").read_text()
    source = (ROOT / "sessioncrawler/settings.py").read_text()
    ours = re.findall(r"^(\w+) = _ours\(", source, re.MULTILINE)
    assert len(ours) > 80
    assert [name for name in ours if f"| `{name}` |" not in told] == []
    names = {path.stem for path in (ROOT / "sessioncrawler/commands").rglob("[a-z]*.py")}
    headings = set(re.findall(r"^## (\S+)$", (ROOT / "docs/commands.md").read_text(), re.MULTILINE))
    assert names <= headings


def test_a_setting_comes_with_its_default_and_its_reason_wherever_that_stands():
    text = (
        "# Both\nONE = _ours(\n    'ONE', 2_000\n)  # the reason; docs/page.md\nTWO = {'a': None}\n"
        "# Late\nNO = _ours('NO', None)  # why | not\n"
    )
    page = reference.settings_page(text)
    assert "## Both\n\n| name | default | what, and why |\n|---|---|---|\n" in page
    assert "| `ONE` | `2000` | the reason; [page.md](page.md) |\n" in page
    assert "## Late" in page
    assert "| `NO` |  | why \\| not |\n" in page
    assert "TWO" not in page


def test_the_readme_repeats_the_defaults_as_they_are():
    rows = ROW.findall((ROOT / "README.md").read_text())
    pairs = [
        (name, default.strip("`"))
        for names, defaults in rows
        for name, default in zip(re.findall(r"`(\w+)`", names), defaults.split(", "), strict=True)
        if default and default.strip("`") not in IN_WORDS
    ]
    assert len(pairs) > 10
    assert pairs == [(name, str(getattr(settings, name))) for name, _ in pairs]


def test_the_version_has_a_day_in_the_changelog_and_is_that_of_the_readme():
    unreleased, last, *_ = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert unreleased == "Unreleased"
    assert f"'sessioncrawler-{__version__}-py3-none-any.whl[demo]'" in (ROOT / "README.md").read_text()
    assert re.fullmatch(rf"{re.escape(__version__)} - 20\d\d-\d\d-\d\d", last)

"""What stops a release; that one is made is shown by ``tests/deploy/test_wheel.py``."""

from __future__ import annotations

import pytest

from bench import release
from bench.usage import BenchError


def test_a_demo_without_a_site_is_no_release():
    with pytest.raises(BenchError, match=r"there is no site/index\.html"):
        release.demo("true")
    with pytest.raises(BenchError, match="false demo ended with 1"):
        release.demo("false")


def test_what_is_not_committed_is_not_released(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "described", lambda _: "1a2b3c4+")
    with pytest.raises(BenchError, match="commit or stash them"):
        list(release.release(tmp_path / "dist"))
    assert not (tmp_path / "dist").exists()


def test_a_version_without_a_section_of_the_changelog_is_not_released(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "described", lambda _: "1a2b3c4")
    monkeypatch.setattr(release.sessioncrawler, "__version__", "1.0")  # 1.0.0 has one
    with pytest.raises(BenchError, match=r"CHANGELOG\.md has no section 1\.0: "):
        list(release.release(tmp_path / "dist"))
    assert not (tmp_path / "dist").exists()


def test_settings_of_who_releases_do_not_reach_what_is_tried(monkeypatch, tmp_path):
    monkeypatch.setenv("SESSIONCRAWLER_SITE_URI", "elsewhere")
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "another")
    monkeypatch.setenv("PYTHONPATH", "there")
    told = release.command("env", cwd=tmp_path, extra={"GIVEN": "this"})
    assert "GIVEN=this" in told
    assert not [line for line in told.splitlines() if line.startswith(("SESSIONCRAWLER_", "SCRAPY_", "PYTHONPATH"))]

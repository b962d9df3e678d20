"""The rules of the house: small modules, small folders, one name for one thing (``make stats`` counts)."""

from __future__ import annotations

import re

import pytest

from bench.house import TESTS, House, look, main
from tests.conftest import kind_of

STARTS_CRAWLS = re.compile(
    r"^from tests\.support\.(crawling|scrapy_process|sogs_world|warm) import |^from tests\.\w+\.\w*crawls import ",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def house() -> House:
    return look()


def test_modules_and_folders_are_small_and_no_class_name_is_given_twice(house):
    assert list(house.broken()) == []


def test_files_of_tests_are_small_too():
    assert list(look(TESTS, apart=()).long()) == []


def test_whole_crawls_are_no_quick_tests():
    files = [path for path in TESTS.rglob("test_*.py") if STARTS_CRAWLS.search(path.read_text())]
    assert [path.name for path in files if kind_of(path) is None] == []


def test_what_is_broken_is_told(tmp_path, capsys):
    (tmp_path / "long.py").write_text("class Same: ...\n" * 301)
    (tmp_path / "room").mkdir()
    for number in range(16):
        (tmp_path / "room" / f"m{number}.py").write_text(f"class Only{number}: ...\n")
    (tmp_path / "room" / "__init__.py").write_text("class Same: ...\n")
    (tmp_path / "simnet").mkdir()
    (tmp_path / "simnet" / "one.py").write_text("class Same: ...\n" * 301)
    assert main([str(tmp_path)]) == 1
    *_, total, long, large, twice = capsys.readouterr().out.splitlines()
    assert total.split() == ["318", "lines", "in", "18", "modules,", "17", "names", "of", "classes"]
    assert long == "long.py has 301 lines, 300 are the most."
    assert large == "room/ has 16 modules, 15 are the most."
    assert twice.startswith("The class name Same occurs 302 times: ")

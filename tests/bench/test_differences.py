"""What differs between two sites is told once, with all files that have it."""

from __future__ import annotations

from pathlib import Path

from bench.differences import LINES, NAMES, differences, told


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def compared(tmp_path: Path, old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    return list(told(differences(folder(tmp_path / "old", old), folder(tmp_path / "new", new))))


def test_the_same_is_only_counted(tmp_path):
    files = {"index.html": b"<p>1</p>", "v1/a.json": b"{}"}
    assert compared(tmp_path, files, files) == ["2 same, 0 changed, 0 missing, 0 new"]


def test_files_that_went_and_came(tmp_path):
    assert compared(tmp_path, {"a/old": b"", "same": b"1"}, {"b/new": b"", "same": b"1"}) == [
        "1 same, 0 changed, 1 missing, 1 new",
        "missing: a/old",
        "new: b/new",
    ]


def test_a_change_of_many_files_is_told_once(tmp_path):
    old = {f"c/{number:02}.html": b"<ul><li>%d<li>old</ul>" % number for number in range(NAMES + 3)}
    new = {name: text.replace(b"old", b"new") for name, text in old.items()}
    count, changed, *lines = compared(tmp_path, old, new)
    assert count == f"0 same, {NAMES + 3} changed, 0 missing, 0 new"
    assert changed.startswith("changed: c/00.html, c/01.html")
    assert changed.endswith("… 3 more")
    assert lines == ["    -old</ul>", "    +new</ul>"]


def test_json_differs_by_its_values(tmp_path):
    lines = compared(tmp_path, {"a.json": b'{"a":[1,2],"b":3}'}, {"a.json": b'{"a":[1,2],"b":4}'})
    assert lines[1:] == ["changed: a.json", '    - "b": 3', '    + "b": 4']


def test_what_is_no_text_or_only_laid_out_anew_differs_by_its_length(tmp_path):
    old, new = {"a.png": b"\x89\xff", "b.json": b"[1]"}, {"a.png": b"\x89\xff\x00", "b.json": b"[ 1]"}
    lines = compared(tmp_path, old, new)
    assert lines[1:] == [
        *("changed: a.png", "    2 bytes became 3"),
        *("changed: b.json", "    3 bytes became 4"),
    ]


def test_long_changes_are_cut_short(tmp_path):
    lines = compared(tmp_path, {"a.txt": b"1\n" * 50}, {"a.txt": b"2\n" * 50 + b"x" * 1000})
    assert len(lines) == 2 + LINES + 1
    assert lines[-1].strip() == f"… {101 - LINES} lines more"

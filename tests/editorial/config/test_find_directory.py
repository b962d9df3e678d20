"""Which ``directory.toml`` counts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sessioncrawler.editorial.config import DirectoryError, find_directory, load_directory

SITE = '[site]\nname = "{}"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'


@pytest.fixture
def packed(tmp_path):
    """The operator's file inside a zipped egg."""
    with zipfile.ZipFile(tmp_path / "project.egg", "w") as egg:
        egg.writestr("sessioncrawler/directory.toml", SITE.format("Packed"))
        yield zipfile.Path(egg, "sessioncrawler/directory.toml")


@pytest.fixture
def here(tmp_path, monkeypatch):
    (folder := tmp_path / "here").mkdir()
    monkeypatch.chdir(folder)
    return folder / "directory.toml"


def name(setting, packed):
    return load_directory(find_directory(setting, packed)).site.name


@pytest.mark.parametrize("unset", [None, ""])
def test_the_working_folder_goes_before_the_egg(here, packed, unset):
    assert name(unset, packed) == "Packed"
    here.write_text(SITE.format("Here"))
    assert name(unset, packed) == "Here"


def test_the_path_that_is_set_and_no_other(here, packed, tmp_path):
    here.write_text(SITE.format("Here"))
    (tmp_path / "other.toml").write_text(SITE.format("Other"))
    assert name(str(tmp_path / "other.toml"), packed) == "Other"
    with pytest.raises(DirectoryError, match=r"gone\.toml: cannot be read .*; set DIRECTORY_CONFIG"):
        name("gone.toml", packed)


def test_what_is_here_and_cannot_be_read_is_not_passed_over(here, packed):
    here.mkdir()
    with pytest.raises(DirectoryError, match=r"directory\.toml: cannot be read"):
        name(None, packed)


def test_without_any_the_mend_is_told(here, tmp_path):
    assert find_directory(None, tmp_path / "none") == Path("directory.toml")
    with pytest.raises(DirectoryError, match=r"set DIRECTORY_CONFIG to the path of your directory\.toml"):
        name(None, tmp_path / "none")


def test_mistakes_in_a_packed_file_name_it(here, tmp_path):
    with zipfile.ZipFile(tmp_path / "project.egg", "w") as egg:
        egg.writestr("directory.toml", "[site]\n")
        with pytest.raises(DirectoryError, match=r"project\.egg/directory\.toml.*site\.name"):
            name(None, zipfile.Path(egg, "directory.toml"))


def test_a_checkout_packs_nothing(here):
    assert find_directory(None) == Path("directory.toml")

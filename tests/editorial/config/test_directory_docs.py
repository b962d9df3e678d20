"""Every example in docs/directory.md is read as it stands there, alone and all together."""

import dataclasses
import re
import tomllib

import pytest

from sessioncrawler.editorial.config import Directory, DirectoryError, Site, parse_directory
from sessioncrawler.editorial.config.advice import advise
from tests.support.editorial_data import NOW, ROOT

TEXT = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SITE, *OTHERS = EXAMPLES


@pytest.mark.parametrize("example", OTHERS)
def test_an_example_is_right(example):
    assert parse_directory(SITE + example, "d.toml") != parse_directory(SITE, "d.toml")


def test_there_is_an_example_of_every_table_and_of_every_key():
    whole = parse_directory("".join(EXAMPLES), "d.toml")
    empty = Directory(Site("", "", ""))
    same = [
        field.name for field in dataclasses.fields(whole) if getattr(whole, field.name) == getattr(empty, field.name)
    ]
    assert same == []
    assert tomllib.loads(SITE)["site"].keys() == {field.name for field in dataclasses.fields(Site)}
    assert advise("".join(EXAMPLES), "d.toml", NOW).warnings == ()


def test_the_sentences_that_it_quotes_are_true():
    quoted = re.findall(r"^directory\.toml, line \d+, (.*)$", TEXT, re.MULTILINE)
    wrong = '[[servers]]\nofficial = "yes"\n[[hide]]\nraeson = "x"\n'
    with pytest.raises(DirectoryError) as caught:
        parse_directory(wrong, "directory.toml")
    sentences = [line.partition(", line ")[2].partition(", ")[2] for line in str(caught.value).split("\n")]
    assert len(quoted) == 2
    assert set(quoted) <= set(sentences)


def test_the_keys_of_the_project_s_own_file_are_explained():
    own = (ROOT / "directory.toml").read_text(encoding="utf-8")
    tables = set(re.findall(r"^#? ?(\[\[?[a-z]+\]\]?)", own, re.MULTILINE))
    assert tables == {table for table in tables if f"`{table}`" in TEXT}
    assert {"[site]", "[[rate]]", "[[listings]]"} <= tables

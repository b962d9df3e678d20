"""The key of the open data: where it comes from, and that no site is published without it once it is set."""

from __future__ import annotations

import json
import os

import pytest
from lxml import html
from scrapy.settings import Settings

from sessioncrawler.opendata.signatures import signed
from sessioncrawler.publish.signing import signing_key
from tests.support.minisign import LOCKED, PUBLIC, SECRET
from tests.support.open_data import everything, files, run


def key_of(told):
    return signing_key(Settings({"SIGNING_KEY": told}))


@pytest.mark.parametrize("told", [None, "", " \n"])
def test_no_key(told):
    assert key_of(told) is None


def test_a_file_or_the_key_itself(tmp_path, monkeypatch):
    path = tmp_path / "site.key"
    path.write_text(SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    for told in (path, str(path), "~/site.key", SECRET, SECRET.splitlines()[1], SECRET.replace("\n", " ")):
        assert key_of(told).public == PUBLIC


@pytest.mark.parametrize(
    "told", ["/nowhere/site.key", "site.key", SECRET.splitlines()[1][:50], "ftp://u:secret@host/x"]
)
def test_what_is_no_file(told):
    with pytest.raises(
        ValueError, match=r"SIGNING_KEY cannot be used, so nothing is published: .*names no file"
    ) as error:
        key_of(told)
    assert told not in str(error.value)


def test_what_is_no_key_in_a_file(tmp_path):
    path = tmp_path / "site.key"
    for content, sentence in (
        (b"", "no secret key"),
        (b"\xff\0" * 9000, "no secret key"),
        (LOCKED.encode(), "protected by a password"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=sentence):
            key_of(path)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="names no file"):
        key_of(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "site.key"
    path.touch(0)
    with pytest.raises(ValueError, match=r"cannot be read \(Permission denied\)"):
        key_of(path)


def test_what_is_published_is_signed(tmp_path):
    assert run(tmp_path, everything(), SIGNING_KEY=SECRET).errors == []
    site = files(tmp_path)
    comment = signed(site["v1/manifest.json"], site["v1/manifest.json.minisig"], PUBLIC)
    assert comment.split("\t")[1:] == ["file:manifest.json", "site:https://rooms.directory/", "hashed"]
    assert "manifest.json.minisig" not in {one["path"] for one in json.loads(site["v1/manifest.json"])["files"]}
    assert "v1/manifest.json.minisig" in json.loads(site["files.json"])["files"]
    page = html.fromstring(site["about/index.html"])
    assert page.xpath("//p[@id='signed']//@href") == ["../v1/manifest.json", "../v1/manifest.json.minisig"]
    assert f"minisign -Vm manifest.json -P {PUBLIC}" in page.text_content()
    assert not any(SECRET.splitlines()[1].encode()[80:160] in content for content in site.values())

    run(tmp_path, everything())
    assert "v1/manifest.json.minisig" not in files(tmp_path)
    assert b"minisign" not in files(tmp_path)["about/index.html"]


def test_where_the_key_is_gone_the_site_stays_as_it_was(tmp_path):
    path = tmp_path / "site.key"
    path.write_text(SECRET)
    run(tmp_path, everything(), SIGNING_KEY=path)
    before = files(tmp_path)
    path.unlink()
    done = run(tmp_path, everything()[:1], SIGNING_KEY=path)
    assert files(tmp_path) == before
    assert any("SIGNING_KEY cannot be used, so nothing is published" in line for line in done.errors)


def test_of_too_much_there_is_no_zip(tmp_path):
    assert run(tmp_path, everything()).errors == []
    page = html.fromstring(files(tmp_path)["about/index.html"])
    assert page.xpath("//a[@href='../v1/open-data.zip']")
    done = run(tmp_path, everything(), ZIP_BYTES=1_000)
    assert "v1/open-data.zip" not in files(tmp_path)
    assert b"open-data.zip" not in files(tmp_path)["about/index.html"]
    assert any("more than ZIP_BYTES" in line for line in done.log)

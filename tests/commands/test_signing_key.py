"""A key for signatures that cannot be used is told before anything is done."""

from __future__ import annotations

import pytest

from tests.support.command_line import ROOT, scrapy
from tests.support.minisign import LOCKED, PUBLIC, SECRET
from tests.support.scrapy_process import offline
from tests.support.scrapy_process import scrapy as scrapy_in

SECRET_PART = SECRET.split()[-1][80:140]
RULES = str(ROOT / "directory.toml")


@pytest.fixture
def keys(tmp_path):
    for name, content in (("site.key", SECRET), ("locked.key", LOCKED), ("broken.key", SECRET[:-20])):
        (tmp_path / name).write_text(content)
    return tmp_path


def test_check_config_tells_the_public_key(keys):
    for told in (keys / "site.key", SECRET):
        done = scrapy("check-config", "-s", f"SIGNING_KEY={told}")
        assert done.returncode == 0
        assert done.stdout.endswith(f"The open data will be signed. Their public key: {PUBLIC}\n")
        assert SECRET_PART not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none.key", "it names no file that is there"),
        ("locked.key", "it is protected by a password"),
        ("broken.key", "it is no secret key of minisign. Make one with 'minisign -G -W"),
    ],
)
def test_what_cannot_be_used_is_told(keys, name, sentence):
    done = scrapy("check-config", "-s", f"SIGNING_KEY={keys / name}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("SIGNING_KEY cannot be used, so nothing is published: ")
    assert sentence in done.stderr
    with offline() as extra:
        settings = {"SIGNING_KEY": keys / name, "DIRECTORY_CONFIG": RULES}
        for command in (("refresh",), ("crawl", "sogs"), ("crawl", "directory")):
            done = scrapy_in(keys, *command, settings=settings, extra=extra)
            assert done.returncode == 2
            assert sentence in done.stderr
            assert "Traceback" not in done.stderr
    assert not (keys / "site").exists()


def test_a_key_that_is_a_setting_is_shown_to_nobody(keys):
    with offline() as extra:
        settings = {"SIGNING_KEY": SECRET, "DIRECTORY_CONFIG": RULES}
        loud = ("-s", "LOG_LEVEL=DEBUG", "-s", f"EDITOR={SECRET}")
        done = scrapy_in(keys, "crawl", "directory", *loud, settings=settings, extra=extra)
    told = done.stdout + done.stderr
    assert "EDITOR" in told
    assert SECRET_PART not in told

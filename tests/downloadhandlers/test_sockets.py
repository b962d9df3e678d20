"""How many sockets there may be, by the limit of files and the setting."""

from __future__ import annotations

import resource

import pytest
from scrapy.settings import Settings

from sessioncrawler.downloadhandlers._sockets import most_sockets
from sessioncrawler.files import OpenFiles


@pytest.fixture
def limit(monkeypatch):
    """Sets a limit of files that only looks like one: that of the tests stays as it is."""
    held = {}

    def hold(soft, hard):
        held["limits"] = soft, hard

    monkeypatch.setattr(resource, "getrlimit", lambda _: held["limits"])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: hold(*limits))
    return hold


def settings(**ours):
    return Settings({"MAX_SOCKETS": 0, "OPEN_FILES": 8192, **ours})


@pytest.mark.parametrize(
    ("files", "sockets"),
    [(1024, 819), (8192, 6553), (256, 192), (100, 36), (64, 1), (10, 1), (resource.RLIM_INFINITY, 6553)],
)
def test_a_fifth_and_at_least_64_files_are_kept(limit, files, sockets):
    limit(files, files)
    assert most_sockets(settings()) == sockets


@pytest.mark.parametrize(("wanted", "sockets"), [(0, 819), (100, 100), (819, 819), (5000, 819), ("300", 300)])
def test_the_setting_lowers_it_and_never_raises_it(limit, wanted, sockets):
    limit(1024, 1024)
    assert most_sockets(settings(MAX_SOCKETS=wanted)) == sockets


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [
        (1024, 4096, 4096),
        (1024, 524288, 8192),
        (1024, resource.RLIM_INFINITY, 8192),
        (20000, 20000, 20000),
        (1024, 1024, 1024),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    ],
)
def test_the_soft_limit_is_raised_and_never_lowered(limit, soft, hard, after):
    limit(soft, hard)
    OpenFiles.update_pre_crawler_settings(settings())
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (after, hard)


def test_a_machine_that_forbids_it_is_no_trouble(limit, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    limit(1024, 4096)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    OpenFiles().update_settings(settings())
    assert most_sockets(settings()) == 819

"""One egg for all tests of a process."""

from __future__ import annotations

import pytest

from tests.support.deploying import MISSING, READY, deployed, refresh, site
from tests.support.scrapy_process import offline


@pytest.fixture(scope="session")
def world():
    if not READY.exists():
        pytest.skip(MISSING)
    with offline() as proxy, deployed(proxy) as it:
        yield it


@pytest.fixture(scope="session")
def refreshed(world, tmp_path_factory):
    """The site as ``scrapy refresh`` publishes it."""
    folder = tmp_path_factory.mktemp("refreshed")
    refresh(world, world.settings(folder))
    return site(folder / "site")

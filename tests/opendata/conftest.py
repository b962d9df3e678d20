from __future__ import annotations

import pytest

from tests.support.open_data import data_of_everything, keys, log


@pytest.fixture(scope="session")
def site() -> dict[str, bytes]:
    """All files of the open data of four Communities on two servers, by path."""
    return data_of_everything(keys=keys(), log=log())

"""Honest servers for all attacks of one file, each of which they have to outlive (docs/attacks.md)."""

from __future__ import annotations

import pytest

from tests.support.attacking import besieged


@pytest.fixture(scope="module")
def siege(tmp_path_factory):
    """Twelve honest servers that are known; settings as operators have them, but for the patience with one server."""
    with besieged(tmp_path_factory.mktemp("siege"), SERVER_BUDGET=4, PATIENCE_BUDGET=2) as found:
        yield found

"""What exceptions mean that no loopback server can bring about at will."""

from __future__ import annotations

import errno

import aiohttp
import pytest

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.downloadhandlers._failures import explain
from sessioncrawler.model import Outcome


def connector_error(number: int) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(None, OSError(number, "said the system"))  # type: ignore[arg-type]  # unread


@pytest.mark.parametrize(
    ("number", "outcome", "again"),
    [
        (errno.EMFILE, Outcome.ABANDONED, False),
        (errno.ENFILE, Outcome.ABANDONED, False),
        (errno.ECONNREFUSED, Outcome.REFUSED, False),
        (errno.EHOSTUNREACH, Outcome.REFUSED, False),
        (errno.ENETUNREACH, Outcome.REFUSED, False),
        (errno.EADDRNOTAVAIL, Outcome.REFUSED, False),
        (errno.ECONNRESET, Outcome.RESET, True),
    ],
)
@pytest.mark.parametrize("https", [True, False])
def test_errors_of_connecting(number, outcome, again, https):
    told = explain(connector_error(number), Attempt(float), https=https)
    assert (told.outcome, told.again) == (outcome, again)


def test_running_out_of_files_tells_what_to_do():
    assert "ulimit -n" in explain(connector_error(errno.EMFILE), Attempt(float), https=False).detail


def test_the_words_of_a_proxy_are_bounded():
    told = explain(aiohttp.ClientError("no\n" + "x" * 10_000), Attempt(float), https=False, proxied=True)
    assert told.outcome is Outcome.PROXY
    assert len(told.detail) < 300
    assert "\n" not in told.detail
    assert "ClientError" in explain(aiohttp.ClientError(), Attempt(float), https=False, proxied=True).detail

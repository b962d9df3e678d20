"""Redirects, waiting and counting, in conversations without a network."""

from __future__ import annotations

import json

import pytest

from sessioncrawler.model import Address, Outcome
from sessioncrawler.protocol.polling import Answer
from tests.protocol.conversations import HTTP, HTTPS, REFUSED, candidate, gets, play, preview, room, rooms


def test_redirects_within_the_server_are_followed():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": REFUSED,
            "http://sogs.example/rooms?all=1": Answer("", 301, location="/sogs/rooms"),
            "http://sogs.example/sogs/rooms": rooms(),
        },
    )
    assert ended.outcome is Outcome.REACHED


def test_a_redirect_from_http_to_https_of_the_same_host_changes_the_address():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": [REFUSED],
            "http://sogs.example/rooms?all=1": Answer("", 302, location="https://sogs.example/again"),
            "https://sogs.example/again": rooms(),
        },
    )
    assert ended.server.address == HTTPS


def test_redirects_to_another_host_are_aliases():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": Answer("", 301, location="https://other.example/rooms?all=1"),
        },
    )
    assert ended.outcome is Outcome.REDIRECTED
    assert ended.aliases == (Address("https", "other.example", 443),)
    assert len(gets(asked)) == 1


def test_a_redirect_of_http_alone_tells_more_than_a_refusal():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": REFUSED,
            "http://sogs.example/rooms?all=1": Answer("", 301, location="http://other.example/"),
        },
    )
    assert ended.outcome is Outcome.REDIRECTED


@pytest.mark.parametrize("location", ["/rooms?all=1", "gopher://x/", "http://user@evil.example/", "http://[", "//[x]/"])
def test_redirects_that_lead_nowhere_end(location):
    ended, asked = play(
        candidate(tokens=()),
        {
            "https://sogs.example/rooms?all=1": Answer("", 302, location=location),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.HTTP_STATUS
    assert len(gets(asked)) <= 6


def test_a_busy_server_is_waited_for():
    busy = Answer("", 503, retry_after="7")
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": [busy, busy, rooms()],
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.outcome is Outcome.REACHED
    assert [ask.wait for ask in gets(asked)] == [0, 7, 7, 0]


@pytest.mark.parametrize("retry_after", ["", "soon", "86400"])
def test_a_busy_server_is_not_waited_for_at_any_price(retry_after):
    ended, _ = play(
        candidate(tokens=()),
        {
            "https://sogs.example/rooms?all=1": Answer("", 429, retry_after=retry_after),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.HTTP_STATUS


def test_retry_after_may_be_a_date():
    busy = Answer("", 503, retry_after="Sun, 22 Nov 2026 10:00:05 GMT", date="Sun, 22 Nov 2026 10:00:00 GMT")
    _, asked = play(candidate(), {"https://sogs.example/rooms?all=1": [busy, rooms()]})
    assert gets(asked)[1].wait == 5


def test_tries_and_repairs_are_counted():
    answers = Answer("", 200, json.dumps([room(), room("bad", read="yes")]).encode(), tries=4)
    ended, _ = play(candidate(), {"https://sogs.example/rooms?all=1": answers})
    assert ended.tries == 6
    assert ended.repairs == 1

"""What robots.txt says to us, and how a server is asked for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, Outcome
from sessioncrawler.protocol.asking import MAX_REDIRECTS, Answer, Failure
from sessioncrawler.protocol.schemes.robots import ask_robots, opts_out

OURS = "User-agent: sessioncrawler\nDisallow: /\n"
HTTPS, HTTP = Address("https", "sogs.example", 443), Address("http", "sogs.example", 80)


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        "\ufeff\r\nuser-agent:SESSIONCRAWLER\r\ndisallow:/\r\n",
        "User-agent: *\nAllow: /\n\n" + OURS,
        OURS + "\nUser-agent: *\nAllow: /\n",
        "User-agent: a\nUser-agent: sessioncrawler/1.0 (no, thanks)\nUser-agent: b\nDisallow: /\n",
        "User-agent: sessioncrawler # no, thanks\nDisallow: /rooms",
        "User-agent sessioncrawler\nDisallow /\n",
        "User-agent: sessioncrawler\nCrawl-delay: 10\nDisallow: /*\nAllow: /r/\n",
        "x" * 100_000 + "\n" + OURS,
        "User-agent: sessioncrawler\nAllow: /about\n\nUser-agent: sessioncrawler\nDisallow: /\n",
    ],
)
def test_who_forbids_our_name_the_rooms_opts_out(text):
    assert opts_out(text.removeprefix("\ufeff"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User-agent: *\nDisallow: /\n",
        "User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nDisallow:\n",
        "User-agent *\nDisallow: /\n",
        "User agent: *\nDisallow: /\n",
        "User-agent: session\nDisallow: /\n",
        "User-agent: s\nUser-agent: crawler\nUser-agent: sessioncrawler2\nUser-agent: my-sessioncrawler\nDisallow: /\n",
        "User-agent: sessioncrawler\nDisallow:\n",
        "User-agent: sessioncrawler\nDisallow: /r/\nDisallow: /room/\n",
        "User-agent: sessioncrawler\nDisallow: /\nAllow: /rooms\n",
        "Disallow: /\n# User-agent: sessioncrawler\nDisallow: /\n",
        "<html><body>User-agent: sessioncrawler <b>Disallow: /</b>",
    ],
)
def test_nobody_else_does(text):
    assert not opts_out(text)


@given(st.text(st.sampled_from("user-agent: *sessioncrawler\nDisallow/$%?#\t\x00ü"), max_size=300))
def test_no_text_is_too_strange(text):
    assert opts_out(text) in (True, False)


@pytest.mark.parametrize("tail", ["*a" * 200_000 + "b", "$" * 100_000, "%" * 200_000, "/" * 300_000])
def test_no_pattern_is_too_long(tail):
    assert not opts_out(f"User-agent: sessioncrawler\nDisallow: /x{tail}\n")


def told(address, *replies):
    """What comes of the replies, and which URLs were asked."""
    talk, urls = ask_robots(address), []
    try:
        ask = next(talk)
        for reply in replies:
            urls.append(ask.url)
            assert ask.method == "GET"
            assert 1 < ask.tries < 10
            ask = talk.send(reply)
    except StopIteration as end:
        return end.value, urls
    raise AssertionError(f"asks for {ask.url} as well")


def answers(status, body=OURS, location=""):
    return Answer("https://sogs.example/robots.txt", status, body.encode(), location)


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        (answers(200), True),
        (answers(200, "User-agent: *\nDisallow: /"), False),
        (answers(404), False),
        (answers(403), False),
        (answers(410), False),
        (answers(429), None),
        (answers(408), None),
        (answers(500), None),
        (answers(503), None),
        (answers(204), None),
        (answers(304), None),
        (Failure(Outcome.STALLED), None),
        (Failure(Outcome.TOO_LARGE), None),
        (answers(302, location="https://elsewhere.example/robots.txt"), None),
        (answers(302, location="http://sogs.example/robots.txt"), None),
        (answers(302, location="https://sogs.example:8443/robots.txt"), None),
        (answers(302, location="//["), None),
        (answers(302), None),
    ],
)
def test_what_an_answer_means(reply, right):
    verdict, urls = told(HTTPS, *[reply] * (1 + MAX_REDIRECTS))
    assert (verdict, set(urls)) == (right, {"https://sogs.example/robots.txt"})


def test_a_redirect_is_followed_within_the_server():
    upgrade = answers(301, location="https://sogs.example/robots.txt")
    assert told(HTTP, upgrade, answers(200)) == (
        True,
        ["http://sogs.example/robots.txt", "https://sogs.example/robots.txt"],
    )
    assert told(HTTPS, answers(302, location="/other"), answers(404))[0] is False


def test_bytes_that_are_no_text_say_nothing():
    assert told(HTTPS, Answer("", 200, bytes(range(256)) * 10))[0] is False

"""Whole conversations with servers that answer whatever they like."""

from itertools import cycle

from hypothesis import strategies as st
from scrapy import Request

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import Address, KeyClaim, Outcome, Poll
from sessioncrawler.protocol.asking import (
    MAX_AGAIN,
    MAX_REDIRECTS,
    MAX_REQUESTS,
    MAX_RETRY_AFTER,
    MAX_WAITS,
    Answer,
    Ask,
    Failure,
    Reply,
)
from sessioncrawler.protocol.candidates import DIRECTORY, Candidate
from sessioncrawler.protocol.polling import poll
from sessioncrawler.protocol.servers import settle
from tests.fuzz import page_strategies as pages
from tests.fuzz.bounds import LIMITS, check_poll
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import KEY, NEIGHBOUR_TEXT, OTHER_KEY, arrays, damaged, entries, texts, tokens
from tests.support.onion_server import server_of

MOST_ASKS = MAX_REQUESTS * (1 + MAX_REDIRECTS + MAX_WAITS + MAX_AGAIN)
HOSTS = ("sogs.example", "127.0.0.1", "2001:db8::1", "xn--mnchen-3ya.example", "under_score.example")
LOCATIONS = (
    "", "/", "/rooms", "rooms?all=1", "//", "///", "?", "#", "http://[", "http://[::1", "http://]", "//[x]/", "http:",
    "https:///x", "https://sogs.example/rooms", "http://sogs.example:80", "HTTPS://SOGS.EXAMPLE./",
    "https://sogs.example:8443/", "http://other.example/x", "http://user:pw@sogs.example/",
    "http://sogs.example@evil.example/", "ftp://sogs.example/", "javascript:alert(1)", "data:text/html,x",
    "http://sogs.example:99999/", "http://sogs.example:\xb2/", "/\xff\xfe", "/ \t", "http://127.1/",
    "http://0x7f.0.0.1/rooms", "http://\xe9.example/", "http://xn--\xff/", "/" + "a" * 9_000, "/../../..",
    "\\\\evil\\x", "http://2001:db8::1/", "/%zz%", "/\x01", "http:rooms", "https:rooms", "/a b", " /rooms ", ";x=y",
    "/r/\x85",
)  # fmt: skip
DATES = (
    "", "0", "1", "120", "121", "-1", "1.5", "9" * 400, "\xb2", "inf", "nan", "Wed, 21 Oct 2026 07:28:00 GMT",
    "Wed, 21 Oct 2026 07:29:00 GMT", "Wed, 21 Oct 2026 07:28:00", "Wed, 99 Oct 2026 99:99:99 GMT",
    "Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:60 -9999",
    "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "21 Oct", ",", "Wed,", ":", "a b c d e f",
    "Wed, 21 Oct 2026 07:28:00 +99999999999999999999", "Wed, 21 Oct 2026 7 GMT", "0 0 0 0:0:0 0",
    "1 Jan 2026 00:00 -0000",
)  # fmt: skip
_latin = texts.map(lambda text: text.encode("latin-1", "replace").decode("latin-1"))
_dates = st.sampled_from(DATES) | _latin
_bodies = st.one_of(
    arrays(), arrays(neighbour=NEIGHBOUR_TEXT), entries.map(str.encode), pages.home_pages, pages.modern_pages,
    pages.legacy_pages, pages.preview_pages, pages.true_previews, damaged(arrays()), st.just(b"[]"), st.just(b""),
)  # fmt: skip
_statuses = st.sampled_from(
    (200, 200, 200, 200, 404, 403, 301, 302, 303, 307, 308, 429, 503, 502, 500, 400, 204, 304, 0, 999)
)
_answers = st.builds(
    Answer, st.just(""), _statuses, _bodies, st.sampled_from(LOCATIONS) | _latin, _dates, _dates, st.integers(1, 120)
)
_failures = st.builds(
    Failure, st.sampled_from(sorted(set(Outcome) - {Outcome.REACHED})), st.just("does not answer"), st.integers(0, 120)
)
replies = st.lists(st.one_of(_answers, _answers, _answers, _failures), min_size=1, max_size=8)
HOLDER = server_of("fuzz")
NOW = 1_769_083_200
_askable = (HOLDER.key, server_of("other").key)
_claims = st.lists(
    st.builds(KeyClaim, st.sampled_from((KEY, OTHER_KEY, *_askable)), st.sampled_from((("somewhere",), (DIRECTORY,)))),
    max_size=2,
).map(tuple)
_addresses = st.builds(
    Address, st.sampled_from(("http", "https")), st.sampled_from(HOSTS), st.sampled_from((80, 443, 8080))
)
_keys = st.lists(st.sampled_from((KEY, *_askable)), max_size=2, unique=True).map(tuple)
candidates = st.builds(
    Candidate, _addresses, _claims, st.lists(tokens, max_size=6).map(tuple), _keys,
    st.none() | st.tuples(st.none() | _addresses, st.integers(0, 2 * NOW)), st.booleans(),
)  # fmt: skip


def converse(candidate: Candidate, said: list[Reply]) -> tuple[Poll, list[Ask]]:
    """Answer question after question, again and again with what ``said`` holds; what HOLDER can open, in its name."""
    asked: list[Ask] = []
    talk = poll(candidate, NOW, limits=LIMITS)
    rounds = cycle(said)
    reply: Reply | None = None
    while len(asked) <= MOST_ASKS:
        try:
            ask = next(talk) if reply is None else talk.send(reply)
        except StopIteration as end:
            return end.value, asked
        asked.append(ask)
        reply = _sealed(ask, next(rounds))
    raise AssertionError(f"a server was asked more than {MOST_ASKS} times")


def _sealed(ask: Ask, reply: Reply) -> Reply:
    if ask.method != "POST" or isinstance(reply, Failure) or reply.status in {0, 502, 999}:
        return reply
    answer = HOLDER.reply_v3 if "/v3/" in ask.url else HOLDER.reply_v4
    sealed = answer(ask.body, lambda _: (reply.status, reply.body))
    return reply if sealed is None else Answer(ask.url, 200, sealed)


@fuzzed(7, candidate=candidates, said=replies)
def test_a_conversation_ends_within_bounds_whatever_is_said(candidate, said):
    ended, asked = converse(candidate, said)
    check_poll(ended)
    for ask in asked:
        assert 0 <= ask.wait <= MAX_RETRY_AFTER
        assert ask.tries is None or ask.tries >= 1
        # No server sends the crawler to another host, and Scrapy takes each question as it is.
        assert parse_address(Request(ask.url).url).host == candidate.address.host


@fuzzed(2, wanted=st.lists(st.tuples(candidates, replies), min_size=2, max_size=4))
def test_servers_are_settled_whatever_they_said(wanted):
    # No address is polled twice.
    polls = {candidate.address.netloc: converse(candidate, said)[0] for candidate, said in wanted}.values()
    settled = settle(polls)
    assert sorted(str(ended.address) for ended in settled) == sorted(str(ended.address) for ended in polls)
    assert settle(reversed([*polls])) == settle(settled)

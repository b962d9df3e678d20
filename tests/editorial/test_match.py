import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.match import Pattern, PatternIndex, PatternKind
from tests.support.editorial_data import KEY, room, server

HEX = "0123456789abcdef"
TOKENS = st.text("abcXYZ019_-", min_size=1, max_size=64)
PATTERNS = st.one_of(
    st.builds("{}+{}".format, TOKENS, st.text(HEX, min_size=4, max_size=64)),
    st.text(HEX, min_size=64, max_size=64),
    st.text(HEX, min_size=8, max_size=8),
    st.builds("{}.example:{}".format, st.text("abc", min_size=1, max_size=9), st.integers(1, 65_535)),
    st.sampled_from(
        ["open.getsession.org", "localhost", "13.233.251.36", "[::1]", "[2001:db8::1]:8080", "bücher.example"]
    ),
)


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("Deutsch+118D", PatternKind.ROOM, "deutsch+118d"),
        ("118D818A", PatternKind.SERVER_ID, "118d818a"),
        (KEY.upper(), PatternKind.KEY, KEY),
        ("Open.GetSession.org", PatternKind.HOST, "open.getsession.org"),
        ("13.233.251.36:8081", PatternKind.HOST_PORT, "13.233.251.36:8081"),
        ("[::1]:80", PatternKind.HOST_PORT, "[::1]:80"),
        ("[0:0::1]", PatternKind.HOST, "[::1]"),
        ("bücher.example", PatternKind.HOST, "xn--bcher-kva.example"),
    ],
)
def test_every_form_is_parsed(text, kind, canonical):
    pattern = Pattern.parse(text)
    assert (pattern.kind, str(pattern)) == (kind, canonical)


@pytest.mark.parametrize(
    "text",
    ["", "a+118", "+118d", "a b+118d", "https://a.example", "a.example/x", "a.example:0", "a.example:65536", "a..b",
     "1.2.3.400", "[::g]", "-a.example", "a" * 254, "ab\u200fcd.example", "x+y"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(ValueError, match="names neither a room, a server id, a host nor a public key"):
        Pattern.parse(text)


@given(PATTERNS)
def test_the_canonical_spelling_means_the_same(text):
    assert Pattern.parse(str(Pattern.parse(text))) == Pattern.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("general+118d", True),
        ("GENERAL+118d818a", True),
        (f"general+{KEY[:12]}", True),
        ("general+118e", False),
        ("other+118d", False),
        ("118d818a", True),
        ("118d8180", False),
        (KEY, True),
        ("0" * 64, False),
        ("sog.caliban.org", True),
        ("sog.caliban.org:80", True),
        ("sog.caliban.org:81", False),
        ("caliban.org", False),
    ],
)
def test_a_pattern_matches_what_it_names(text, expected):
    pattern = Pattern.parse(text)
    assert pattern.matches(server(), room("General")) is expected
    assert (PatternIndex([(pattern, 1)]).find(server(), room("General")) == 1) is expected


def test_the_most_specific_pattern_wins():
    order = ["general+118d818a", "general+118d", KEY, "118d818a", "sog.caliban.org:80", "sog.caliban.org"]
    for first in range(len(order)):
        index = PatternIndex((Pattern.parse(text), text) for text in reversed(order[first:]))
        assert index.find(server(), room()) == order[first]


def test_of_equal_patterns_the_first_wins_and_other_rooms_find_nothing():
    index = PatternIndex([(Pattern.parse("a+118d"), 1), (Pattern.parse("A+118d"), 2)])
    assert index.find(server(), room("a")) == 1
    assert index.find(server(), room("b")) is None


@given(st.lists(PATTERNS, max_size=20))
def test_the_index_agrees_with_the_patterns(texts):
    patterns = [Pattern.parse(text) for text in [*texts, "abc+118d", "localhost"]]
    place, each = server("localhost"), room("abc")
    found = PatternIndex((pattern, pattern) for pattern in patterns).find(place, each)
    matching = [pattern for pattern in patterns if pattern.matches(place, each)]
    assert found in matching
    assert found.kind == max(pattern.kind for pattern in matching)

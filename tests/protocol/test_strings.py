import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.protocol.strings import clean, is_token


@pytest.mark.parametrize("token", ["a", "A-b_9", "0", "x" * 64])
def test_tokens(token):
    assert is_token(token)


@pytest.mark.parametrize("value", ["", "x" * 65, "a b", "a/b", "ä", "a\n", "١", None, 7, ["a"]])
def test_what_is_no_token(value):
    assert not is_token(value)


@pytest.mark.parametrize(
    ("text", "longest", "fit", "changed"),
    [
        ("a\tb\nc", 9, "a\tb\nc", False),
        ("a\r\nb\rc", 9, "a\nb\nc", False),
        ("a\x00\x1b\x7f\x85b", 9, "ab", True),
        ("a\ud800\ufffe", 9, "a\ufffd\ufffd", True),
        ("abc", 2, "ab", True),
    ],
)
def test_strings_are_made_fit(text, longest, fit, changed):
    assert clean(text, longest) == (fit, changed)


@given(st.text(st.characters()), st.integers(0, 20))
def test_whatever_comes_can_be_encoded_and_stays(text, longest):
    fit, _ = clean(text, longest)
    fit.encode()
    assert len(fit) <= longest
    assert clean(fit, longest) == (fit, False)

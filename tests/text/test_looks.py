import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.text.looks import looks, plain_letters
from sessioncrawler.text.names import visible

TRICKY = st.text(
    st.sampled_from("aо1\u0301 #\u200b\u200d\u200c\ufe0f\ufe00\u034f\u20e3\u180b\U000e0101\U000e0061🏴👍\n\ud800")
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Session", "Ѕеѕѕіоп"), ("Session", "sess\u200bion"), ("Illinois", "lllinois"), ("ILLINOIS", "illinois"),
        ("Room 101", "Room lOl"), ("modern", "modem"), ("a b", "a\u3000b"), ("a-b", "A_B"), ("x", "𝕏"),
        ("of", "of\u180b"),
    ],
)  # fmt: skip
def test_texts_that_readers_confuse_share_a_look(one, other):
    assert looks(one) & looks(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Session", "Sessions"), ("é", "e"), ("日本", "日木"), ("a", "b"), ("", "")]
)
def test_other_texts_do_not(one, other):
    assert not looks(one) & looks(other)


def test_what_shows_no_letter_has_no_look():
    assert not looks("") | looks("\u200b") | looks("🎉 …") | looks("\u2800")


def test_letters_of_others_become_plain():
    assert plain_letters("Pоrn \u200b𝗣𝗼𝗿𝗻 18+") == "porn porn 18+"


@given(st.one_of(st.text(), TRICKY))
def test_any_text_has_looks_and_is_cleaned_for_good(text):
    assert visible(visible(text)) == visible(text)
    assert looks(visible(text)) == looks(text)
    assert all(look.isalnum() for look in looks(text))
    assert isinstance(plain_letters(text), str)


def test_keycaps_and_emoji_keep_what_makes_them_pictures():
    for text in ("1\ufe0f\u20e3", "#\ufe0f\u20e3", "❤\ufe0f", "👩\u200d💻", "🏳\ufe0f\u200d🌈"):
        assert visible(text) == text
    assert visible("of\ufe0fficial #\ufe0ftest\ufe00") == "official #test"

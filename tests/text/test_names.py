import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.text.names import (
    LEAD_LENGTH,
    NAME_LENGTH,
    PROSE_LENGTH,
    cut,
    initial,
    name,
    prose,
    split_lead,
    well_formed,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("General", "General"),
        ("  many \t\n spaces\u00a0here ", "many spaces here"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066a\u2067b\u2068c\u2069", "abc"),
        ("a\u200eb\u200fc\u061cd\ufeffe\u00adf", "abcdef"),
        ("bell\x07 esc\x1b[31m c1\x9b", "bell esc[31m c1"),
        ("\u3164\u115f\u2800\u200b", ""),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("family 👨‍👩‍👧‍👦 flag 🏳️‍🌈", "family 👨‍👩‍👧‍👦 flag 🏳️‍🌈"),
        ("England 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "England 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("hidden\U000e0041\U000e0042 message", "hidden message"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\u200db\u200cc é\u200d", "abc é"),
        ("é\u200d\u200d\u200dé", "é\u200dé"),
        ("é\u200d\U000e0041b x\U000e0041\u200dé", "éb xé"),
        ("é\u200d\U000e0041\u200dé", "é\u200dé"),
        ("Z" + "\u0336" * 50 + "algo", "Z\u0336\u0336\u0336algo"),
        ("ที่นี่", "ที่นี่"),
    ],
)
def test_names(raw, shown):
    assert name(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\rthree\u2028four\x85five\vsix", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("one \n \n\n  \n two", "one\n\ntwo"),
        ("\n\n a  b \n\n", "a b"),
    ],
)
def test_prose_keeps_its_lines(raw, shown):
    assert prose(raw) == shown


@given(ANY_TEXT)
def test_what_is_shown_is_visible_and_bounded(raw):
    for shown, length, breaks in ((name(raw), NAME_LENGTH, ""), (prose(raw), PROSE_LENGTH, "\n")):
        assert len(shown) <= length
        shown.encode()
        bad = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - set(breaks)
        assert all(c in "\u200c\u200d" or "\U000e0020" <= c <= "\U000e007f" for c in bad)
        assert shown == shown.strip()


@given(st.text("ab \n\u200d\u200c\u0301👩é", max_size=80))
def test_showing_twice_changes_nothing(raw):
    assert name(name(raw)) == name(raw)
    assert prose(prose(raw)) == prose(raw)


@given(ANY_TEXT)
def test_well_formed_text_can_be_written(raw):
    assert well_formed(raw).encode().decode() == well_formed(raw)


def test_endless_text_is_read_to_a_bound():
    assert len(name("x" * 10_000_000)) == NAME_LENGTH
    assert name("\u200b" * 1000 + "x") == ""


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 5, "short"),
        ("one two three four", 15, "one two three…"),
        ("no-space-anywhere-here", 10, "no-space-…"),
        ("ab👩‍👩‍👦", 6, "ab…"),
        ("abcde\u0301fgh", 6, "abcd…"),
        ("\u0301" * 9, 4, "…"),
    ],
)
def test_cut(text, length, expected):
    assert cut(text, length) == expected


def test_long_descriptions_have_a_lead():
    text = "word " * 100
    lead, whole = split_lead(text)
    assert lead.endswith("word…")
    assert len(lead) <= LEAD_LENGTH
    assert whole == text
    assert split_lead("short\ntext") == ("short\ntext", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("general", "G"), ("«été»", "É"), ("ßx", "S"), ("…!", "…"), ("7up", "7"), ("", "?"), ("مرحبا", "م")],
)
def test_initial(text, expected):
    assert initial(text) == expected

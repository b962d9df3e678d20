from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.text import keys


def test_keys():
    assert keys.fingerprint("a03c383cf6") == "a03c 383c f6"
    assert keys.hue("ff0d") == 0xFF0D % 12
    assert keys.hue("") == keys.hue("no key") == 0


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_every_key_has_a_colour_of_the_style_sheet(key):
    assert 0 <= keys.hue(key) < keys.COLOURS
    assert keys.fingerprint(key).replace(" ", "") == key

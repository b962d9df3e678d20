"""Replies to onion requests of strangers, who may hold the key and still write whatever they like inside."""

import os
from base64 import b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import strategies as st

from sessioncrawler.protocol.onion import LONGEST_HEADER, MOST_HEADERS, NotOpenedError, Sealed, open_v3, open_v4
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import arrays, damaged, entries

SEALED = Sealed(b"", bytes(range(32)))
_strings = st.one_of(
    st.binary(max_size=60), entries.map(str.encode), arrays(),
    st.sampled_from(
        (b'{"code":200}', b'{"code":200,"headers":{"a":"b","A":[]}}', b'{"code":1e9}', b'{"code":-0}', b"[" * 500)
    ),
)  # fmt: skip
_lengths = st.sampled_from((0, 0, 0, 0, 1, -1, 7, 10**7, 10**40))
_parts = st.builds(lambda text, wrong: b"%d:%b" % (max(0, len(text) + wrong), text), _strings, _lengths)
_lists = st.lists(_parts, max_size=3).map(lambda parts: b"l" + b"".join(parts) + b"e")
_insides = st.one_of(_lists, _lists, damaged(_lists), st.binary(max_size=60))


def sealed(inside: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(SEALED.key).encrypt(nonce, inside, None)


@fuzzed(4, inside=_insides)
def test_what_opens_is_within_bounds(inside):
    try:
        opened = open_v4(SEALED, sealed(inside))
    except NotOpenedError as error:
        check_sentence(error)
    else:
        assert type(opened.code) is int
        assert 100 <= opened.code < 600
        assert len(opened.body) < len(inside)
        assert len(opened.headers) <= MOST_HEADERS
        assert all(len(name) <= LONGEST_HEADER >= len(value) for name, value in opened.headers.items())
    assert open_v3(SEALED, b64encode(sealed(inside))) == inside


@fuzzed(2, reply=damaged(_lists.map(sealed)) | st.binary(max_size=80), ascii_only=st.booleans())
def test_what_the_holder_did_not_write_never_opens(reply, ascii_only):
    for version in (open_v3, open_v4):
        try:
            version(SEALED, b64encode(reply)[:-1] if ascii_only else reply)
        except NotOpenedError as error:
            check_sentence(error)


def check_sentence(error: NotOpenedError) -> None:
    assert str(error).isascii()
    assert str(error).isprintable()
    assert len(str(error)) <= 200

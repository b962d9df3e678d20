"""Sealing and opening, by hand and by the recorded vectors of real servers."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sessioncrawler.protocol.onion import (
    LONGEST,
    MOST_HEADERS,
    NotOpenedError,
    Opened,
    Sealed,
    is_askable,
    open_v3,
    open_v4,
    seal_v3,
    seal_v4,
)
from tests.support.onion_server import OnionServer

VECTORS = Path(__file__).parents[3] / "shared/realworld/sogs/onion_vectors.json"
needs_vectors = pytest.mark.skipif(not VECTORS.is_file(), reason="the recorded vectors are not beside the checkout")
recorded = json.loads(VECTORS.read_text()) if VECTORS.is_file() else []
right_keys = [vector for vector in recorded if "wrong_public_key" not in vector]
wrong_keys = [vector for vector in recorded if "wrong_public_key" in vector]

SEALED = Sealed(b"", bytes(32))
SERVER = OnionServer()
P = 2**255 - 19


def under(key: bytes, text: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, text, None)


def opened(text: bytes) -> Opened:
    return open_v4(SEALED, under(SEALED.key, text))


@needs_vectors
def test_there_are_ten_vectors():
    assert (len(right_keys), len(wrong_keys)) == (6, 4)


@needs_vectors
@pytest.mark.parametrize("vector", right_keys, ids=lambda vector: "-".join(list(vector.values())[:3]))
def test_recorded_vectors(vector):
    ephemeral = bytes.fromhex(vector["ephemeral_private_key_hex"])
    sealed = seal_v4(vector["server_public_key_hex"], vector["endpoint"], ephemeral=ephemeral, nonce=b"\1" * 12)
    plain, reply = vector["response_plaintext"], bytes.fromhex(vector["response_body_hex"])
    if vector["enc_type"] == "aes-gcm":
        assert sealed.key.hex() == vector["symmetric_key_hex"]
        assert sealed.body.hex() == vector["request_body_hex"]
    else:
        # The other cipher is not spoken here, but what travels inside is the same.
        assert (
            AESGCM(sealed.key).decrypt(b"\1" * 12, sealed.body[16:-105], None).decode()
            == (vector["request_inner_plaintext"])
        )
        with pytest.raises(NotOpenedError):
            open_v4(sealed, reply)
        reply = under(sealed.key, plain.encode())
    if plain is None:  # bunsogs tells of unknown endpoints in the clear
        with pytest.raises(NotOpenedError):
            open_v4(sealed, reply)
        return
    answer = open_v4(sealed, reply)
    assert answer.code == (200 if vector["endpoint"] == "/capabilities" else 404)
    assert answer.headers["content-type"]
    assert plain.endswith(f"{len(answer.body)}:{answer.body.decode()}e")


@needs_vectors
@pytest.mark.parametrize("vector", wrong_keys, ids=lambda vector: f"{vector['server']}-{vector['enc_type']}")
def test_recorded_answers_to_wrong_keys(vector):
    sealed = seal_v4(vector["wrong_public_key"], "/capabilities")
    with pytest.raises(NotOpenedError):
        open_v4(sealed, vector["response_body"].encode())
    assert vector["http_status"] in {400, 500}


def test_a_request_and_its_reply_of_version_4():
    sealed = seal_v4(SERVER.key, "/rooms?all=1")
    reply = SERVER.reply_v4(sealed.body, lambda endpoint: (200, f"at {endpoint}".encode()))
    answer = open_v4(sealed, reply)
    assert (answer.code, answer.body) == (200, b"at /rooms?all=1")
    assert answer.headers == {"content-type": "text/plain"}
    with pytest.raises(NotOpenedError, match="not from the holder"):
        open_v4(seal_v4(SERVER.key, "/rooms?all=1"), reply)


def test_a_request_and_its_reply_of_version_3():
    sealed = seal_v3(SERVER.key, "rooms")
    reply = SERVER.reply_v3(sealed.body, lambda endpoint: (200, b'{"rooms":[]}' if endpoint == "rooms" else b""))
    assert open_v3(sealed, reply) == open_v3(sealed, b"\n" + reply + b"\n") == b'{"rooms":[]}'


def test_no_two_requests_are_alike():
    one, other = seal_v4(SERVER.key, "/rooms"), seal_v4(SERVER.key, "/rooms")
    assert one.key != other.key
    assert one.body != other.body


@pytest.mark.parametrize("number", [0, 1, P - 1, P, P + 1, 2**255 - 1, 2**255, 2**256 - 1])
def test_keys_that_everybody_or_nobody_holds_are_not_asked(number):
    key = number.to_bytes(32, "little").hex()
    assert not is_askable(key)
    with pytest.raises(NotOpenedError):
        seal_v4(key, "/rooms")


def test_the_second_spelling_of_a_key_is_no_key():
    twin = bytearray.fromhex(SERVER.key)
    twin[31] |= 0x80
    assert is_askable(SERVER.key)
    assert not is_askable(twin.hex())


@pytest.mark.parametrize("key", ["", "zz" * 32, "ab" * 31, "ab" * 33, "é" * 64])
def test_what_is_no_key_is_not_asked(key):
    assert not is_askable(key)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (b'l12:{"code":200}0:e', Opened(200, {}, b"")),
        (b'l12:{"code":404}e', Opened(404, {}, b"")),
        (b'l12:{"code":200}3:abce', Opened(200, {}, b"abc")),
        (b'l12:{"code":200}3:a:ee', Opened(200, {}, b"a:e")),
        (b'l25:{"code":200,"headers":[]}0:e', Opened(200, {}, b"")),
        (b'l39:{"code":200,"headers":{"A":"b","C":12}}0:e', Opened(200, {"a": "b"}, b"")),
    ],
)
def test_what_opens(text, answer):
    assert opened(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        b"", b"e", b"l", b"le", b"d0:e", b"l0:e", b"li1ee", b"l1:{e", b"l2:{}0:e", b"l2:[]0:e", b"l99999999:{}e",
        b"l" + b"9" * 5000 + b":{}e", b"l-1:e", b"l+2:{}e", b"l 2:{}e", b'l12:{"code":200}', b'l12:{"code":200}9:abce',
        b'l12:{"code":200}1:a1:b1:ce', b'l12:{"code":200}0:ee', b'l11:{"code":99}0:e', b'l12:{"code":600}0:e',
        b'l13:{"code":true}0:e', b'l14:{"code":200.5}0:e', b'l14:{"code":"200"}0:e', b"l:e", "l٣:{}e".encode(),
        b"l4:nulle", b"l200:" + b"[" * 200 + b"0:e", b"l2:\xff\xff0:e",
    ],
)  # fmt: skip
def test_what_does_not_open(text):
    with pytest.raises(NotOpenedError):
        opened(text)


@pytest.mark.parametrize("length", [0, 1, 12, 27, 28, 29])
def test_short_replies(length):
    with pytest.raises(NotOpenedError):
        open_v4(SEALED, bytes(length))
    with pytest.raises(NotOpenedError):
        open_v3(SEALED, b64encode(bytes(length)))


def test_long_replies():
    with pytest.raises(NotOpenedError, match="too long"):
        open_v4(SEALED, bytes(LONGEST + 1))
    with pytest.raises(NotOpenedError, match="too long"):
        open_v3(SEALED, b"A" * (LONGEST + 1))


@pytest.mark.parametrize("reply", [b"", b"====", b"<html>", b"\xff" * 40, "ä".encode() * 40])
def test_what_is_no_base64(reply):
    with pytest.raises(NotOpenedError):
        open_v3(SEALED, reply)


def test_headers_are_few_and_short():
    headers = {f"h{number}": "x" for number in range(500)} | {"h0": "x" * 9_999}
    meta = json.dumps({"code": 200, "headers": headers}).encode()
    answer = opened(b"l%d:%b0:e" % (len(meta), meta))
    assert len(answer.headers) == MOST_HEADERS - 1


def test_the_servers_of_tests_hold_a_key_of_their_own():
    assert X25519PrivateKey.from_private_bytes(SERVER.private).public_key().public_bytes_raw().hex() == SERVER.key

"""Envelopes of onion requests: the recorded vectors, a client of the tests' own, and rubbish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simnet.onion import OnionError, key_pair, open_request, public_key, seal_v3, seal_v4
from tests.support.onions import Onion, request_v3, request_v4, seal, vectors

SECRET, KEY = key_pair("one")


@pytest.mark.parametrize("vector", vectors("server_private_key_hex_LAB_ONLY"))
def test_what_real_clients_sent_is_opened_and_what_real_servers_answered_is_sealed(vector):
    secret, body = vector["server_private_key_hex_LAB_ONLY"], bytes.fromhex(vector["request_body_hex"])
    assert public_key(secret) == vector["server_public_key_hex"]
    if vector["enc_type"] != "aes-gcm":
        with pytest.raises(OnionError, match="Only aes-gcm"):
            open_request(secret, 4, body)
        return
    onion = open_request(secret, 4, body)
    assert onion.key.hex() == vector["symmetric_key_hex"]
    assert (onion.method, onion.endpoint, onion.headers) == ("GET", vector["endpoint"], {})
    if vector["response_plaintext"] is None:
        return
    client = Onion(body, onion.key)
    recorded = client.open(bytes.fromhex(vector["response_body_hex"]))
    meta, answer = client.open_v4(bytes.fromhex(vector["response_body_hex"]))
    ours = seal_v4(onion.key, meta["code"], meta["headers"], answer, compact=vector["server"] == "bunsogs")
    assert client.open(ours) == recorded == vector["response_plaintext"].encode()


@pytest.mark.parametrize("vector", vectors("wrong_public_key"))
def test_what_was_sealed_for_another_key_is_not_opened(vector):
    with pytest.raises(OnionError):
        open_request(SECRET, 4, bytes.fromhex(vector["request_body_hex"]))


def test_keys_follow_from_their_seed():
    assert key_pair("one") == (SECRET, KEY)
    assert key_pair("two") != (SECRET, KEY)
    assert public_key(SECRET) == KEY


def test_both_versions():
    onion = request_v4(KEY, "/capabilities")
    opened = open_request(SECRET, 4, onion.body)
    assert (opened.endpoint, opened.key) == ("/capabilities", onion.key)
    told = onion.open_v4(seal_v4(opened.key, 404, {"content-type": "text/html"}, b"no"))
    assert told == ({"code": 404, "headers": {"content-type": "text/html"}}, b"no")
    onion = request_v3(KEY)
    opened = open_request(SECRET, 3, onion.body)
    assert opened.endpoint == "rooms"
    assert onion.open_v3(seal_v3(opened.key, 200, b"[]")) == b"[]"
    assert onion.open_v3(seal_v3(opened.key, 403, b"[]")) == b'{"status_code": 403}'


ENVELOPE = request_v4(KEY).body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xff\xff\xff",
        ENVELOPE[:-1],
        ENVELOPE[:40] + b"x" + ENVELOPE[41:],
        ENVELOPE.replace(b"aes-gcm", b"none"),
        ENVELOPE[:4] + ENVELOPE[4:].replace(b"ephemeral_key", b"permanent_key"),
        request_v4(key_pair("two")[1]).body,
        request_v3(KEY).body,
        *(
            seal(KEY, plain).body
            for plain in (b"", b"le", b"l2:{}e", b"l9:{}e", b"lx:{}e", b"l2:[]e", b'l15:{"headers": 17}e', b"l2:{}")
        ),
    ],
)
def test_what_is_no_request_for_this_key(body):
    with pytest.raises(OnionError):
        open_request(SECRET, 4, body)


@given(st.binary(max_size=300), st.sampled_from([3, 4]), st.booleans())
def test_rubbish_is_no_request(rubbish, version, sealed):
    with pytest.raises(OnionError):
        open_request(SECRET, version, seal(KEY, rubbish).body if sealed else rubbish)

"""A client's side of onion requests v3 and v4 for tests of servers, written apart from the package's."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VECTORS = Path(__file__).parents[2] / ".." / "shared" / "realworld" / "sogs" / "onion_vectors.json"
EPHEMERAL = X25519PrivateKey.from_private_bytes(bytes(range(32)))
NONCE = bytes(12)


@dataclass(frozen=True)
class Onion:
    """A sealed request, and the key with which its reply is opened."""

    body: bytes
    key: bytes

    def open_v4(self, reply: bytes) -> tuple[dict[str, Any], bytes]:
        """What was answered: ``{"code", "headers"}`` and the body."""
        meta, body = unbencode(self.open(reply))
        return json.loads(meta), body

    def open_v3(self, reply: bytes) -> bytes:
        return self.open(b64decode(reply, validate=True))

    def open(self, reply: bytes) -> bytes:
        return AESGCM(self.key).decrypt(reply[:12], reply[12:], None)


def unbencode(data: bytes) -> list[bytes]:
    """The strings of a bencoded list of well-formed strings."""
    assert data[:1] + data[-1:] == b"le"
    strings, at = [], 1
    while at < len(data) - 1:
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        strings.append(data[colon + 1 : end])
        at = end
    return strings


def seal(public_key: str, plain: bytes) -> Onion:
    """``plain`` in an envelope for the holder of the key."""
    shared = EPHEMERAL.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(public_key)))
    key = hmac.digest(b"LOKI", shared, "sha256")
    sealed = NONCE + AESGCM(key).encrypt(NONCE, plain, None)
    mine = EPHEMERAL.public_key().public_bytes_raw().hex()
    envelope = json.dumps({"ephemeral_key": mine, "enc_type": "aes-gcm"}).encode()
    return Onion(len(sealed).to_bytes(4, "little") + sealed + envelope, key)


def request_v4(public_key: str, endpoint: str = "/rooms?all=1") -> Onion:
    meta = json.dumps({"endpoint": endpoint, "method": "GET", "headers": {}}).encode()
    return seal(public_key, b"l%d:%be" % (len(meta), meta))


def request_v3(public_key: str, endpoint: str = "rooms") -> Onion:
    return seal(public_key, json.dumps({"endpoint": endpoint, "method": "GET", "headers": {}}).encode())


def vectors(what: str) -> list[Any]:
    """The recorded vectors with the field ``what``, as parameters of a test; it is skipped where they are absent."""
    if not VECTORS.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason="recorded onion requests are not here"))]
    found = json.loads(VECTORS.read_text())
    found = found if isinstance(found, list) else [each for part in found.values() for each in part]
    return [
        pytest.param(each, id=f"{each['server']} {each['enc_type']} {each.get('endpoint', '')}")
        for each in found
        if what in each
    ]

"""The server's side of onion requests v3 and v4 (docs/protocol.md, "Onion requests"): keys, envelopes, framing.

Written apart from the crawler's side, so that each checks the other. Only ``aes-gcm`` is known.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
LENGTH = 4
"""Bytes of the number before the sealed part of an envelope."""


class OnionError(ValueError):
    """No onion request that was sealed for this key."""


@dataclass(frozen=True, slots=True)
class OnionRequest:
    """What travelled inside; ``key`` seals the reply."""

    key: bytes
    method: str
    endpoint: str
    headers: Mapping[str, str]


def key_pair(seed: str) -> tuple[str, str]:
    """The private and the public key that follow from ``seed``, as lower-case hex."""
    secret = sha256(f"simnet key {seed}".encode()).hexdigest()
    return secret, public_key(secret)


@cache
def public_key(secret: str) -> str:
    """The public key of a private one, both as hex."""
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw().hex()


def open_request(secret: str, version: int, body: bytes) -> OnionRequest:
    """Open the body of a POST with the server's private key. OnionError where it is not for this key."""
    try:
        end = LENGTH + int.from_bytes(body[:LENGTH], "little")
        sealed, envelope = body[LENGTH:end], json.loads(body[end:])
        if envelope["enc_type"] != "aes-gcm":
            raise OnionError("Only aes-gcm is known here.")
        theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(envelope["ephemeral_key"]))
        shared = X25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).exchange(theirs)
        mac = hmac.HMAC(b"LOKI", hashes.SHA256())
        mac.update(shared)
        key = mac.finalize()
        plain = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        asked = json.loads(_bencoded(plain)[0] if version == 4 else plain)  # noqa: PLR2004 (v3 is bare JSON)
        headers = {str(name).lower(): str(value) for name, value in asked.get("headers", {}).items()}
        return OnionRequest(key, str(asked["method"]), str(asked["endpoint"]), headers)
    except (InvalidTag, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise OnionError(str(error)) from error


def _bencoded(data: bytes) -> list[bytes]:
    """The strings of a bencoded list of strings. ValueError where it is none."""
    if data[:1] != b"l" or data[-1:] != b"e":
        raise ValueError("This is no list.")
    rest, strings = data[1:-1], []
    while rest:
        digits, colon, rest = rest.partition(b":")
        if not colon or not digits.isdigit() or int(digits) > len(rest):
            raise ValueError("A string has no right length.")
        strings.append(rest[: int(digits)])
        rest = rest[int(digits) :]
    return strings


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def seal_v4(key: bytes, status: int, headers: Mapping[str, str], body: bytes, *, compact: bool = False) -> bytes:
    """The body of a reply v4; ``compact`` JSON is that of bunsogs."""
    told: dict[str, Any] = {"code": status, "headers": dict(headers)}
    meta = json.dumps(told, separators=(",", ":") if compact else None).encode()
    return _seal(key, b"l%d:%b%d:%be" % (len(meta), meta, len(body), body))


def seal_v3(key: bytes, status: int, body: bytes) -> bytes:
    """The body of a reply v3: what was answered, or nothing but its status where that is not 200."""
    return b64encode(_seal(key, body if status == 200 else json.dumps({"status_code": status}).encode()))  # noqa: PLR2004

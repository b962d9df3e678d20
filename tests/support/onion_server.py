"""The server's side of onion requests, written from docs/protocol.md and without the crawler's own code."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Route = Callable[[str], tuple[int, bytes]]
"""Endpoint → status and body."""


class OnionServer:
    """Holds one key, made from ``seed``."""

    def __init__(self, seed: str = "server") -> None:
        self.private = hashlib.sha256(seed.encode()).digest()
        self._own = X25519PrivateKey.from_private_bytes(self.private)
        self.key = self._own.public_key().public_bytes_raw().hex()

    def read(self, body: bytes) -> tuple[bytes, bytes] | None:
        """The key of the cipher and what is inside; None where the request is sealed for another key."""
        length = int.from_bytes(body[:4], "little")
        sealed, envelope = body[4 : 4 + length], json.loads(body[4 + length :])
        assert envelope["enc_type"] == "aes-gcm"
        theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(envelope["ephemeral_key"]))
        key = hmac.digest(b"LOKI", self._own.exchange(theirs), "sha256")
        try:
            return key, AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag:
            return None

    def reply_v4(self, body: bytes, route: Route) -> bytes | None:
        """The reply; None where the request is sealed for another key."""
        found = self.read(body)
        if found is None:
            return None
        key, inside = found
        length, _, rest = inside[1:].partition(b":")
        assert inside[:1] + inside[-1:] == b"le"
        assert len(rest) == int(length) + 1
        asked = json.loads(rest[:-1])
        assert asked["method"] == "GET"
        status, content = route(asked["endpoint"])
        meta = json.dumps({"code": status, "headers": {"content-type": "text/plain"}}).encode()
        return _seal(key, b"l%d:%b%d:%be" % (len(meta), meta, len(content), content))

    def reply_v3(self, body: bytes, route: Route) -> bytes | None:
        """The same of version 3."""
        found = self.read(body)
        if found is None:
            return None
        key, inside = found
        asked = json.loads(inside)
        status, content = route(asked["endpoint"])
        return b64encode(_seal(key, content if status == 200 else b'{"status_code":%d}' % status))


def _seal(key: bytes, text: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, text, None)


@lru_cache
def server_of(seed: str) -> OnionServer:
    """The one server of ``seed``."""
    return OnionServer(seed)

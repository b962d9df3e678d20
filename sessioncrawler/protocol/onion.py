"""Onion requests: what only the holder of a key can read and answer (docs/protocol.md, "Onion requests").

Whatever opens was written by the holder of the key, who is a stranger all the same: it is read within bounds.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from sessioncrawler.protocol.rooms import NotRoomsError, load_json

V4 = "/oxen/v4/lsrpc"
V3 = ("/loki/v3/lsrpc", "/oxen/v3/lsrpc")
"""Where version 3 is asked: old servers know the first, some only the second."""
LONGEST = 16_000_000
"""Bytes of a reply that are looked at; less is downloaded."""
MOST_HEADERS = 50
LONGEST_HEADER = 1_000
"""Characters of a name, and of a value."""

_NONCE, _TAG = 12, 16
_PRIME = 2**255 - 19
_ANY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
"""Holds no secret: what it shares with a key tells whether that is one."""
_MOST_DIGITS = len(str(LONGEST))
_STATUSES = range(100, 600)


class NotOpenedError(ValueError):
    """A key cannot be asked, or a reply does not prove it; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A request that one key opens, and the key of the cipher, under which the reply travels as well."""

    body: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer from inside; the names of its headers are lower-case."""

    code: int
    headers: Mapping[str, str]
    body: bytes


def seal_v4(
    public_key: str, endpoint: str, *, method: str = "GET", ephemeral: bytes | None = None, nonce: bytes | None = None
) -> Sealed:
    """A request of version 4 to the holder of ``public_key`` (64 hex digits), for ``endpoint`` (``/rooms``).

    ``ephemeral`` (32 bytes) and ``nonce`` (12 bytes) are random but for tests. NotOpenedError for a key that no server
    can have, or that everybody has.
    """
    meta = _request(endpoint, method)
    return _seal(public_key, b"l%d:%be" % (len(meta), meta), ephemeral, nonce)


def seal_v3(
    public_key: str, endpoint: str, *, method: str = "GET", ephemeral: bytes | None = None, nonce: bytes | None = None
) -> Sealed:
    """The same of version 3, whose endpoints have no leading slash (``rooms``)."""
    return _seal(public_key, _request(endpoint, method), ephemeral, nonce)


def open_v4(sealed: Sealed, reply: bytes) -> Opened:
    """Open the reply to a request of version 4. NotOpenedError where it proves nothing."""
    parts = _bencoded(_decrypt(sealed.key, reply))
    try:
        meta = load_json(parts[0])
    except NotRoomsError as error:
        raise NotOpenedError(f"inside the reply, {error}") from error
    code = meta.get("code") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or isinstance(code, bool) or not isinstance(code, int) or code not in _STATUSES:
        raise NotOpenedError("inside the reply is no status")
    return Opened(code, _headers(meta.get("headers")), parts[1] if len(parts) > 1 else b"")


def open_v3(sealed: Sealed, reply: bytes) -> bytes:
    """Open the reply to a request of version 3: a bare body, or ``{"status_code":N}``."""
    if len(reply) > LONGEST:
        raise NotOpenedError("the reply is too long")
    try:
        raw = b64decode(reply.strip(), validate=True)
    except ValueError as error:
        raise NotOpenedError("the reply is no base64") from error
    return _decrypt(sealed.key, raw)


def is_askable(public_key: str) -> bool:
    """Whether a server can have this key at all.

    X25519 takes several spellings for one key, of which a server has only the canonical: a link with another would be
    proven, and yet work in no app. A key of small order is held by everybody.
    """
    try:
        _cipher_key(_ANY, public_key)
    except NotOpenedError:
        return False
    return True


def _request(endpoint: str, method: str) -> bytes:
    return json.dumps({"endpoint": endpoint, "method": method, "headers": {}}, separators=(",", ":")).encode()


def _seal(public_key: str, inside: bytes, ephemeral: bytes | None, nonce: bytes | None) -> Sealed:
    own = X25519PrivateKey.from_private_bytes(ephemeral) if ephemeral else X25519PrivateKey.generate()
    key = _cipher_key(own, public_key)
    nonce = nonce or os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, inside, None)
    envelope = {"ephemeral_key": own.public_key().public_bytes_raw().hex(), "enc_type": "aes-gcm"}
    tail = json.dumps(envelope, separators=(",", ":")).encode()
    return Sealed(len(sealed).to_bytes(4, "little") + sealed + tail, key)


def _cipher_key(own: X25519PrivateKey, public_key: str) -> bytes:
    try:
        theirs = bytes.fromhex(public_key)
        if int.from_bytes(theirs, "little") < _PRIME:
            shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
        else:
            raise ValueError("another spelling of a key")  # noqa: TRY301 - it is one more reason
    except ValueError as error:  # or no hex digits, too few or many, or a point of small order
        raise NotOpenedError("this is no key that one server alone can hold") from error
    code = HMAC(b"LOKI", SHA256())
    code.update(shared)
    return code.finalize()


def _decrypt(key: bytes, sealed: bytes) -> bytes:
    if not _NONCE + _TAG <= len(sealed) <= LONGEST:
        raise NotOpenedError("the reply is too short or too long to be sealed")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag as error:
        raise NotOpenedError("the reply is not from the holder of the key") from error


def _bencoded(text: bytes) -> list[bytes]:
    """The one or two strings of ``lLENGTH:…LENGTH:…e``; every length is compared with what is there first."""
    parts: list[bytes] = []
    at = 1
    if text[:1] != b"l":
        raise NotOpenedError("inside the reply is no list")
    while text[at:] != b"e":
        colon = text.find(b":", at, at + _MOST_DIGITS + 1)
        digits = text[at:colon] if colon > at else b""
        if not digits.isdigit() or len(parts) == 2:  # noqa: PLR2004 - what a reply has
            raise NotOpenedError("inside the reply is something else than two strings")
        end = colon + 1 + int(digits)
        if end >= len(text):
            raise NotOpenedError("inside the reply is less than it says")
        parts.append(text[colon + 1 : end])
        at = end
    if not parts:
        raise NotOpenedError("inside the reply is nothing")
    return parts


def _headers(found: object) -> Mapping[str, str]:
    if not isinstance(found, dict):
        return {}
    return {
        name.lower(): value
        for name, value in islice(found.items(), MOST_HEADERS)
        if isinstance(value, str) and len(name) <= LONGEST_HEADER and len(value) <= LONGEST_HEADER
    }

"""Signatures in the format of minisign (https://jedisct1.github.io/minisign/), which anybody can check.

Written are prehashed ones (``ED``), as minisign does; read are these and those of its first versions (``Ed``).
"""

from __future__ import annotations

from typing import Self
from urllib.parse import quote

from minisign import Error, ParseError, PublicKey, SecretKey, Signature

MEND = "Make one with 'minisign -G -W -p site.pub -s site.key' (docs/data.md)"
_WRITTEN = ":/?#[]@!$&'()*+,;=%-._~"
"""What may stand in a URL as it is."""


class SigningKey:
    """A secret key of minisign that has no password."""

    def __init__(self, secret: SecretKey) -> None:
        self._secret = secret
        self.public = PublicKey.from_secret_key(secret).to_base64().decode()
        """The public key, in one line of base64."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a file of a secret key, or its last line alone; ValueError says in a sentence what is wrong with it."""
        try:
            secret = SecretKey.from_base64(text.rsplit(maxsplit=1)[-1])
        except (Error, IndexError) as error:
            raise ValueError(f"it is no secret key of minisign. {MEND}") from error
        if secret.is_encrypted():
            raise ValueError(
                "it is protected by a password, which nobody can type while a site is published. Take a copy, and the "
                "password from it with 'minisign -C -W -s site.key', or make another key with 'minisign -G -W'"
            )
        key = cls(secret)
        try:  # its two halves may not belong together: then nobody could check what it signs
            signed(b"", key.sign(b"", 0, "", ""), key.public)
        except ValueError as error:
            raise ValueError(f"it is broken: what it signs does not fit its own public key. {MEND}") from error
        return key

    def sign(self, content: bytes, at: int, name: str, site: str) -> bytes:
        """Write the signature of a file called ``name``, made ``at`` (Unix seconds) for the site at the URL ``site``.

        All of these are signed, too, as the trusted comment. The same arguments give the same bytes.
        """
        comment = f"timestamp:{at}\tfile:{name}\tsite:{quote(site, safe=_WRITTEN)}\thashed"
        return bytes(self._secret.sign(content, trusted_comment=comment)) + b"\n"


def public_key(text: str) -> PublicKey:
    """Read a public key: a file of minisign's, or its last line alone. ValueError, as a sentence, where it is none."""
    try:
        return PublicKey.from_base64(text.rsplit(maxsplit=1)[-1])
    except (Error, IndexError) as error:
        raise ValueError("it is no public key of minisign, which has 56 letters and begins with RW") from error


def signed(content: bytes, signature: bytes, key: str) -> str:
    """Give the trusted comment of a signature of ``content``; ValueError where it is not by the holder of ``key``.

    The message goes on after the name of the signature.
    """
    public = public_key(key)
    try:
        read = Signature.from_bytes(signature)
    except ParseError as error:
        raise ValueError("is no signature of minisign") from error
    try:
        public.verify(content, read)
    except (Error, ValueError) as error:
        raise ValueError("is no signature of this file by the holder of that key") from error
    return str(read.trusted_comment)

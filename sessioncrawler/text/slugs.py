"""Names of files for words in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LENGTH = 40
"""Characters of a slug before its mark."""
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_OTHER = re.compile("[^a-z0-9]+")
_DIGITS = 12


def slug(word: str) -> str:
    """A name of ASCII letters, digits, ``-`` and ``~`` that no other word has, such as ``linux`` and ``cafe~6a1f…``.

    A word that is such a name itself stays as it is. Any other keeps what can be read of it, and gets ``~`` and the
    beginning of its SHA-256.
    """
    if _PLAIN.fullmatch(word):
        return word
    readable = _OTHER.sub("-", unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower())
    digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{readable[:LENGTH].strip('-')}~{digest}"

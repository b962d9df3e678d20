"""What must not be read by others: passwords in URLs, and settings whose names say that they are secret.

This is the one place that hides them. Whatever shows a text to somebody (log lines, what commands print, health.json)
asks :func:`redacted`, which knows secrets by how they are written and by what :func:`learn` was told.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

HIDDEN = "***"
SHORTEST = 4
"""Letters of a secret that is looked for wherever it stands: a shorter one is part of too many words."""

_NAME = (
    r"[\w-]{0,40}(?:secret|passw(?:or)?d|passphrase|token|(?:api|access|account)_?key|signature|credential)[\w-]{0,40}"
)
_SECRET_NAME = re.compile(rf"{_NAME}|\w{{1,40}}_PASS", re.IGNORECASE)
"""Names of settings, of variables of the environment and of what URLs ask for, whose values are secret."""
_PATH_NAME = re.compile(r"\w*CREDENTIALS", re.IGNORECASE)
"""Such a variable holds the path of a file, as Google's do."""
_LOGIN = re.compile(r"(?<=//)[^\s/?#'\"<>|]+@")
"""Everything before the host of a URL."""
_ASKED = re.compile(rf"\b({_NAME}=)[^\s&;'\",)]+", re.IGNORECASE)
"""``?password=…``, also in the words of a database driver."""
_LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_SETTING = re.compile(rf"""(['"](?:{_NAME}|\w{{1,40}}_PASS)['"]: ){_LITERAL}(?:\s+{_LITERAL})*""", re.IGNORECASE)
"""A setting as Python writes it; a long text in several pieces."""

_ANY_LOGIN = re.compile(r"(?:(?<=//)|^(?![\w+.-]+://))([^\s:/@]*):(\S+)@")
"""A user and a password, also one that holds what it must not, and with no scheme before it (``http_proxy``)."""
_PORT = re.compile(r"\d+[/?#]")
"""What looks like a password in ``https://example.org:8443/@name``."""
_ANY_ASKED = re.compile(rf"[?&;]{_NAME}=([^\s&;]+)", re.IGNORECASE)

_SIGNING_KEY = re.compile(r"RW[QRST][0-9A-Za-z+/]{54,}={0,2}")
"""A secret key of minisign, also one that is cut, wherever it comes from; public ones have 56 letters."""

_known: set[str] = set()
_sought: list[re.Pattern[str]] = []
"""One pattern for all that is known, the longest first; none while nothing is."""


def redacted(text: str) -> str:
    """``text`` with :data:`HIDDEN` in place of each secret."""
    for pattern in _sought:
        text = pattern.sub(HIDDEN, text)
    if "RW" in text:
        text = _SIGNING_KEY.sub(HIDDEN, text)
    if "//" in text:
        text = _LOGIN.sub(f"{HIDDEN}@", text)
    if "=" in text:
        text = _ASKED.sub(rf"\1{HIDDEN}", text)
    return _SETTING.sub(rf"\1'{HIDDEN}'", text) if "': " in text or '": ' in text else text


def learn(settings: Mapping[str, object]) -> None:
    """Hide the secrets among ``settings``, or variables of the environment, wherever they stand from now on."""
    found = {form for secret in _secrets(settings) for form in _forms(secret) if len(form) >= SHORTEST}
    if not found <= _known:
        _known.update(found)
        longest_first = sorted(_known, key=lambda one: (-len(one), one))
        _sought[:] = [re.compile("|".join(map(re.escape, longest_first)))]


def _secrets(value: object, name: str = "") -> Iterator[str]:
    """All secrets in a setting, however deep."""
    if isinstance(value, str):
        if _SECRET_NAME.fullmatch(name) and not _PATH_NAME.fullmatch(name):
            yield value
        for user, password in _ANY_LOGIN.findall(value):
            if _PORT.match(password):
                continue
            yield password
            yield from re.split(r"[#?/@]", password)  # what is left of it where it is read as part of a URL
            yield b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        yield from _ANY_ASKED.findall(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _secrets(key)
            yield from _secrets(one, str(key))
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for one in value:
            yield from _secrets(one, name)


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may be written."""
    for one in (secret, unquote(secret)):
        yield from (one, quote(one), quote(one, safe=""), repr(one)[1:-1], json.dumps(one)[1:-1])

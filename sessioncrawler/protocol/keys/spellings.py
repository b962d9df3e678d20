"""Public keys as people spell them in join links: hexadecimal, base64 or base32z (docs/protocol.md, "Join links")."""

from __future__ import annotations

import base64
import re

# What follows a key must not be more of it: a run of digits is not cut to just the length of a key.
_END = "(?![0-9A-Za-z]|%[0-9A-Fa-f]{2})"
_HEX = re.compile(rf"([0-9A-Fa-f]{{64}}){_END}")
# The last letter of both others holds bits beyond the 256 of a key. Apps take it only where these are 0.
_BASE64 = re.compile(rf"([0-9A-Za-z+/]{{42}}[AEIMQUYcgkosw048])=?{_END}(?![+/=])")
_BASE32Z = re.compile(rf"([ybndrfg8ejkmcpqxot1uwisza345h769]{{51}}[yo]){_END}")
_TO_BASE32 = str.maketrans("ybndrfg8ejkmcpqxot1uwisza345h769", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def read_key(text: str, *, whole: bool) -> str | None:
    """The key that ``text`` begins with, or with ``whole`` the one that it is, as 64 lower-case hex digits; or None."""
    if match := _match(_HEX, text, whole=whole):
        return match[1].lower()
    if match := _match(_BASE64, text, whole=whole):
        return base64.b64decode(match[1] + "=").hex()
    if match := _match(_BASE32Z, text, whole=whole):
        return base64.b32decode(match[1].translate(_TO_BASE32) + "====").hex()
    return None


def _match(pattern: re.Pattern[str], text: str, *, whole: bool) -> re.Match[str] | None:
    return pattern.fullmatch(text) if whole else pattern.match(text)

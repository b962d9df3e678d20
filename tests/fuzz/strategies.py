"""What strangers may send: texts, the JSON of rooms, and whole HTTP answers. Pages are in page_strategies.py.

JSON is made as text, not dumped from values, because half of what goes wrong (keys that stand twice, numbers without
end, lone surrogates, raw control characters) has no value to be dumped from.
"""

from __future__ import annotations

import json

from hypothesis import strategies as st

from sessioncrawler.model import Room

KEY, OTHER_KEY = "a03c" + "5e" * 30, "ff" * 32
SESSION_ID = "05" + "c0de" * 16

PAYLOADS = (
    "<script>alert(1)</script>", "</script><svg onload=alert(1)>", "</style><img src=x onerror=alert(1)>", "<!--",
    "-->", "</td></tr></table><h1>", "</title>", "</bdi>", "<base href=//evil.example>", '" onmouseover="alert(1)',
    "' style='x", "><plaintext>", "<![CDATA[", "]]>", "<?php", "<iframe srcdoc='&lt;b&gt;'>",
    "<a href=javascript:alert(1)>x</a>", "<", "{{ page.contact }}", "{% include 'index.html' %}", "{#", "&lt;b&gt;",
    "&#x202e;", "&#0;", "&amp;amp;", "&", "&copy", "\u202eevil", "\u2066a\u2069", "\u200b", "\u200d", "\u200c",
    "\ufeff", "\u061c", "\u00ad", "\u2060", "\u180e", "\U000e0001", "\U000e0041\U000e007f",
    "\U0001f3f4\U000e0067\U000e007f", "\x01 \x01", "\u200d\U000e0041", "\U0001f468\u200d\U0001f469", "\u2764\ufe0f",
    "Z\u0351\u036b\u0343\u036a\u0302", "\u0e47" * 30, "\u3164", "\u115f", "\u2800", "\x00", "\x1b[31m", "\x7f", "\x85",
    "\u2028", "\u2029", "\r\n", "\r", "\n\n\n", "\t", "\v", "\ud800", "\udfff\ud800", "\ufffe", "\U0010ffff", "\ufdd0",
    "#lang:de", "#lang:xx-yy", "#LANG:\u202ede", "lang:any", "#nsfw #test", "Tags: #a, #b", "#official #pinned",
    "#" * 9, "#<script>", "\uff03x\u3001\uff03y", "# ", "#unlisted", "18+", " ", "", "a", "\u05d0\u05d1",
    "\u0627\u0644", "\U0001f6e0", "http://evil.example/", "javascript:alert(1)", "data:text/html,<b>", "x" * 700,
    "\u00df", "\u0149", "\u01c5", "\ufdfa",
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(PAYLOADS),
    st.lists(st.sampled_from(PAYLOADS) | st.text(st.characters(), max_size=6), max_size=6).map("".join),
)
"""Texts as an attacker, a careless person or a broken program writes them; lone surrogates included."""

tokens = st.from_regex(r"[0-9A-Za-z_-]{1,8}", fullmatch=True) | st.sampled_from(("a", "A", "-", "_" * 64, "test", "0"))
_no_tokens = st.sampled_from(("", "a b", "x" * 65, "../r", "a\n", "\u00e4", "<b>", "a/b", "%41"))
_NUMBERS = (
    "0", "-0", "1", "-1", "604800", "1e999", "-1e999", "1E-400", "9" * 400, "9" * 5000, "0." + "1" * 400, "1.0", "1.5",
    "9007199254740992", "9007199254740993", "253402300800", "253402300799.9", "NaN", "-Infinity",
)  # fmt: skip
_numbers = st.one_of(
    st.integers().map(str),
    st.floats().map(json.dumps),
    st.sampled_from(_NUMBERS),
)


def _quoted(text: str) -> str:
    return json.dumps(text)


def _raw_quoted(text: str) -> str:
    """Not what JSON allows: control characters stand in the string as they are."""
    escaped = (json.dumps(char) if char in '"\\' or "\ud800" <= char <= "\udfff" else f'"{char}"' for char in text)
    return '"' + "".join(char[1:-1] for char in escaped) + '"'


_strings = st.one_of(texts.map(_quoted), texts.map(_raw_quoted), texts.map(lambda text: _quoted(text * 40)))
_nests = st.tuples(st.sampled_from(("[]", '{"a":}')), st.integers(1, 95)).map(
    lambda nest: (nest[0][:-1] * nest[1]) + "1" + nest[0][-1] * nest[1]
)
_scalars = st.one_of(_strings, _numbers, st.sampled_from(("null", "true", "false", "[]", "{}", "[[]]", '""')))
raw_values = st.one_of(
    _scalars, _nests, st.lists(_scalars, max_size=4).map(lambda parts: "[" + ",".join(parts) + "]"),
    st.sampled_from((f'["{SESSION_ID}"]', f'["{SESSION_ID}", 5, "{SESSION_ID.upper()}"]', f'["{SESSION_ID}x", null]')),
)  # fmt: skip
"""Any JSON value, as text, nested less deeply than the limit."""

VALID = {
    "name": '"General"',
    "description": '"All of it #linux"',
    "active_users": "7",
    "active_users_cutoff": "604800",
    "created": "1695333518.82",
    "image_id": "2",
    "info_updates": "3",
    "message_sequence": "4",
    "admins": f'["{SESSION_ID}"]',
    "moderators": "[]",
    "read": "true",
    "write": "true",
    "upload": "true",
}
"""The fields of a room as pysogs writes them, each as text."""
NEIGHBOUR = Room(
    "neighbour", "General", "All of it #linux", 7, 604_800, 1695333518.82, 2, 3, 4, (SESSION_ID,), (), True, True, True
)  # fmt: skip


def room_text(fields: list[tuple[str, str]]) -> str:
    """A JSON object with these fields in this order, some of them perhaps twice."""
    return "{" + ",".join(f"{_quoted(key)}:{value}" for key, value in fields) + "}"


NEIGHBOUR_TEXT = room_text([("token", '"neighbour"'), *VALID.items()])
_odd_fields = st.lists(st.tuples(st.sampled_from(sorted(VALID)), raw_values) | st.tuples(texts, raw_values), max_size=6)
_token_fields = st.one_of(
    tokens.map(_quoted), tokens.map(_quoted), tokens.map(_quoted), _no_tokens.map(_quoted), raw_values
).map(lambda value: ("token", value))


@st.composite
def rooms(draw) -> str:
    """One entry of ``/rooms``: a room, most of it valid, with some fields absent, odd or there twice."""
    absent = draw(st.sets(st.sampled_from(sorted(VALID)), max_size=3))
    fields = [pair for pair in VALID.items() if pair[0] not in absent] + draw(_odd_fields)
    fields.insert(draw(st.sampled_from((0, len(fields)))), draw(_token_fields))
    return room_text(fields)


entries = rooms() | rooms() | rooms() | raw_values
_gaps = st.sampled_from((",", " , ", ",\r\n\t"))


@st.composite
def arrays(draw, elements=entries, neighbour: str | None = None) -> bytes:
    """A JSON array of hostile entries, ``neighbour`` somewhere among them; UTF-8, perhaps with a mark in front."""
    parts = draw(st.lists(elements, max_size=4))
    if neighbour is not None:
        parts.insert(draw(st.integers(0, len(parts))), neighbour)
    mark = draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf")))
    return mark + f"[{draw(_gaps).join(parts)}]".encode()


_encodings = st.sampled_from(("utf-8", "utf-16", "utf-32", "utf-7", "latin-1", "cp1252", "shift_jis", "cp037"))


@st.composite
def damaged(draw, bodies) -> bytes:
    """A body that broke on its way: cut off at any byte, with other bytes in it, or in another encoding."""
    body = draw(bodies)
    kind = draw(st.sampled_from(("cut", "cut", "bytes", "encoding", "deep", "object", "twice")))
    place = draw(st.integers(0, len(body)))
    if kind == "cut":
        return body[:place]
    if kind == "bytes":
        return body[:place] + draw(st.binary(max_size=5)) + body[place + draw(st.integers(0, 5)) :]
    if kind == "encoding":
        return body.decode("utf-8", "replace").encode(draw(_encodings), "replace")
    if kind == "deep":
        depth = draw(st.sampled_from((90, 99, 100, 101, 1_000, 50_000)))
        return b"[" * depth + body + b"]" * depth
    return b'{"rooms": ' + body + b"}" if kind == "object" else body + body

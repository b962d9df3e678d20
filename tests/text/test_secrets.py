"""Secrets are hidden by how they are written, and by what was learned."""

from __future__ import annotations

import json
import pprint
import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.text import secrets
from sessioncrawler.text.secrets import learn, redacted
from tests.support.minisign import LOCKED, PREHASHED, PUBLIC, SECRET


@pytest.fixture(autouse=True)
def nothing_learned(monkeypatch):
    monkeypatch.setattr(secrets, "_known", set())
    monkeypatch.setattr(secrets, "_sought", [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ftp://user:pa@ss@host:21/site", "ftp://***@host:21/site"),
        ("at socks5h://u:p@[::1]:9 and http://t@h/", "at socks5h://***@[::1]:9 and http://***@h/"),
        ("postgresql://h/x?user=u&password=p&sslmode=a", "postgresql://h/x?user=u&password=***&sslmode=a"),
        ("connection failed: password=p host=h", "connection failed: password=*** host=h"),
        ("{'AWS_SESSION_TOKEN': \"a'b\", 'BOT_NAME': 'x'}", "{'AWS_SESSION_TOKEN': '***', 'BOT_NAME': 'x'}"),
        ("{'MAIL_PASS': 'a b '\n 'c\\'d', 'BOT_NAME': 'x'}", "{'MAIL_PASS': '***', 'BOT_NAME': 'x'}"),
    ],
)
def test_what_looks_like_a_secret(text, shown):
    assert redacted(text) == shown


@pytest.mark.parametrize("text", [SECRET, LOCKED, SECRET[:140]])
def test_keys_that_sign_are_known_by_their_form(text):
    key = text.split()[-1]
    for shown in (text, key, repr(text), json.dumps(text), pprint.pformat({"SIGNING_KEY": text}), f"{PUBLIC},{key}!"):
        assert not re.search(r"AAEIyAAA|RWRTY0Iy", redacted(shown))
        assert "***" in redacted(shown)
    assert redacted(f"minisign -P {PUBLIC} x {PREHASHED.decode()}") == f"minisign -P {PUBLIC} x {PREHASHED.decode()}"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org:8080/@name and a@b.org",
        "https://example.org/room?public_key=ab12",
        "https://example.org/?q=//a b@c",
        "The token is 3 letters long: 'a: b'",
        "",
    ],
)
def test_what_is_none(text):
    learn({"CONTACT_URL": text})
    assert redacted(text) == text


@pytest.mark.parametrize(
    "settings",
    [
        {"AWS_SECRET_ACCESS_KEY": "it's/se+cret"},
        {"FTP_PASSWORD": 'it"s/se+cret'},
        {"SITE_URI": f"ftp://user:{quote('it s/se+cret', safe='')}@host/"},
        {"SITE_URI": "ftp://user:it's/se+cret@host:21/"},
        {"http_proxy": "user:it's/se+cret@host:21"},
        {"FEEDS": {"ftp://user:it's/se+cret@host": {"format": "json"}}},
        {"ANY": {"deep": [{"password": "it's/se+cret"}]}},
        {"STATE_URL": "postgresql://h/x?password=it's/se%2Bcret"},
    ],
)
def test_what_was_learned_is_hidden_wherever_it_stands(settings):
    learn(settings)
    for form in ("it's/se+cret", 'it"s/se+cret', "it s/se+cret", quote("it s/se+cret", safe=""), "it's/se%2Bcret"):
        if form not in json.dumps(settings).replace('\\"', '"'):
            continue
        for written in (form, json.dumps(form), repr(form), pprint.pformat({"X": form})):
            assert "cret" not in redacted(f"Login as {written} failed"), written


def test_what_a_proxy_is_sent():
    learn({"http_proxy": "http://user:pass%20word@host"})
    assert redacted("Basic dXNlcjpwYXNzIHdvcmQ=") == "Basic ***"


def test_short_secrets_and_paths_are_no_words():
    learn({"FTP_PASSWORD": "a", "GOOGLE_APPLICATION_CREDENTIALS": "/etc/google.json", "N": 1, "B": b"x", "NONE": None})
    assert redacted("a page of /etc/google.json") == "a page of /etc/google.json"
    learn({"FTP_PASSWORD": "long enough"})
    assert redacted("it is long enough") == "it is ***"


@given(st.text(max_size=300))
def test_any_text(text):
    assert not re.search(r"//[^\s/?#'\"<>|]+@", redacted(text).replace("//***@", ""))


def test_long_texts_cost_little():
    learn({"FTP_PASSWORD": "long enough"})
    for piece in ("//a", "password", "'password': '", "a@", "//@", "https://u:", "token=", "'x_PASS': \"\\", "_", "-a"):
        began = time.process_time()
        redacted(piece * (20_000 // len(piece)) + " =//: ': '")
        assert time.process_time() - began < 1, piece

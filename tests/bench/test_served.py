"""The static server of the measurements."""

from __future__ import annotations

import gzip
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bench.served import FILE_AGE, PAGE_AGE, find, served


@pytest.fixture
def folder(tmp_path):
    for name, text in {"index.html": "<p>list", "c/a+b/index.html": "<p>room", "404.html": "<p>lost"}.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    (tmp_path / "site" / "icon.webp").write_bytes(b"RIFF")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "site"


def get(base, path, **headers):
    connection = HTTPConnection(urlsplit(base).netloc, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_pages_are_compressed_and_kept_for_a_while(folder):
    with served(folder) as base:
        status, headers, body = get(base, "/c/a%2Bb/?x=1", **{"Accept-Encoding": "br, gzip"})
    assert (status, gzip.decompress(body)) == (200, b"<p>room")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert headers["cache-control"] == f"max-age={PAGE_AGE}"


def test_pictures_go_as_they_are(folder):
    with served(folder) as base:
        status, headers, body = get(base, "/icon.webp", **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-type"], body) == (200, "image/webp", b"RIFF")
    assert "content-encoding" not in headers
    assert headers["cache-control"] == f"max-age={FILE_AGE}"


def test_a_client_that_takes_no_gzip_gets_none(folder):
    with served(folder) as base:
        assert get(base, "/")[2] == b"<p>list"


def test_what_is_not_there_is_the_page_for_errors(folder):
    with served(folder) as base:
        assert get(base, "/nothing")[0::2] == (404, b"<p>lost")
        (folder / "404.html").unlink()
        assert get(base, "/nothing")[0::2] == (404, b"")


@pytest.mark.parametrize("target", ["/../secret.txt", "/%2e%2e/secret.txt", "//etc/passwd", "/c/../../secret.txt"])
def test_nothing_outside_is_given_out(folder, target):
    assert find(folder, target) is None

"""The site as the real nginx and Caddy serve it with the files of deploy/."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from sessioncrawler.feedstorages._content import content_type
from tests.machine import web_servers
from tests.machine.web_servers import uncommented
from tests.support.sites import crawled

OPEN = re.compile(r"(feed|listing|v1)/.*|listings|.*\.(csv|json|jsonl)")
"""What is for the pages of others, too (docs/data.md)."""
SERVERS = ("nginx", "caddy")
TEMPORARY = "v1/.communities.json.x1y2"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A site with every kind of file, in the middle of being written anew."""
    site = tmp_path_factory.mktemp("published") / "site"
    shutil.copytree(crawled(tmp_path_factory, "demo", servers=8), site)
    (site / TEMPORARY).write_text("half a fi")
    (site / ".git").mkdir()
    (site / ".git/config").write_text("secret")
    return site


@pytest.fixture(scope="module", params=SERVERS)
def site(request, published, tmp_path_factory):
    with getattr(web_servers, request.param)(published, tmp_path_factory.mktemp(request.param)) as it:
        yield it


def names(site):
    return sorted(
        name
        for path in site.folder.rglob("*")
        if path.is_file()
        and "/." not in f"/{(name := path.relative_to(site.folder).as_posix())}"
        and name != "404.html"
    )


def address(name):
    return "/" + name.removesuffix("index.html")


def test_every_file_comes_whole_and_under_its_type(site):
    wrong = {}
    for name in names(site):
        answer = site.get(address(name))
        if (answer.status, answer.headers["content-type"]) != (200, content_type(name)):
            wrong[name] = (answer.status, answer.headers["content-type"])
        assert answer.body == (site.folder / name).read_bytes()
    assert wrong == {}
    assert {Path(name).suffix for name in names(site)} >= {
        *("", ".csv", ".html", ".json", ".jsonl", ".opml", ".png", ".svg", ".txt", ".webmanifest", ".webp", ".xml")
    }


def policy(text):
    """Directive → its sources, hashes being counted as what they stand for."""
    parts = [part.split() for part in unescape(text).split(";")]
    return {name: {re.sub(r"'sha256-.*'", "'unsafe-inline'", source) for source in sources} for name, *sources in parts}


def test_the_policy_of_pages_is_that_of_the_list_but_for_its_hashes_and_forbids_no_page_anything(site):
    for name in names(site):
        header = policy(site.get(address(name), "HEAD").headers["content-security-policy"])
        assert header.pop("frame-ancestors") == {"'none'"}
        if not name.endswith(".html"):
            assert header == {"default-src": {"'none'"}}, name
            continue
        html = (site.folder / name).read_text()
        own = policy(re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1])
        # Only a long list loads a script, and says so itself.
        assert name != "index.html" or own | {"script-src": own["script-src"] | {"'self'"}} == header
        assert all(sources <= header[directive] for directive, sources in own.items()), name


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 200),
        ("/v1/communities.json", "GET", 200),
        ("/about", "GET", 301),
        ("/nothing.json", "GET", 404),
        ("/icons/", "GET", 404),
        ("/", "POST", 405),
    ],
)
def test_every_answer_has_the_headers_of_all(site, path, method, status):
    answer = site.get(path, method)
    assert answer.status in ({301, 308} if status == 301 else {status})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "strict-transport-security" not in answer.headers
    assert not re.search(r"\d", answer.headers.get("server", ""))


def test_open_data_and_nothing_else_is_for_the_pages_of_others(site):
    for name in names(site):
        headers = site.get(address(name), "HEAD", Origin="https://elsewhere.example").headers
        shared = OPEN.fullmatch(name) is not None
        assert headers.get("access-control-allow-origin") == ("*" if shared else None), name
        assert headers["cross-origin-resource-policy"] == ("cross-origin" if shared else "same-origin"), name


@pytest.mark.parametrize("path", ["/", "/v1/communities.json", "/feed/all.xml", "/listings", "/favicon.svg"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_is_known_is_not_sent_again(site, path, encoding):
    first = site.get(path, Accept_Encoding=encoding)
    again = site.get(path, Accept_Encoding=encoding, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"].removeprefix("W/") == first.headers["etag"].removeprefix("W/")
    for name in ("cache-control", "content-security-policy", "cross-origin-resource-policy"):
        assert again.headers[name] == first.headers[name], "browsers take the headers of a 304 for those of the page"


def test_a_file_that_changed_is_sent_again(site):
    path = site.folder / "robots.txt"
    before, times = path.read_bytes(), path.stat()
    old = site.get("/robots.txt").headers["etag"]
    try:
        path.write_bytes(before + b"# changed\n")
        answer = site.get("/robots.txt", If_None_Match=old)
        assert (answer.status, answer.body) == (200, before + b"# changed\n")
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_icons_are_kept_for_good(site):
    icon = next(name for name in names(site) if name.startswith("icons/"))
    assert site.get(f"/{icon}").headers["cache-control"] == "public, max-age=31536000, immutable"
    etag = site.get(f"/{icon}").headers["etag"]
    assert site.get(f"/{icon}", If_None_Match=etag).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert site.get("/icons/0-nothing-1.webp").headers["cache-control"] == "public, max-age=300"
    assert site.get("/logo/icon-180.png").headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nothing",
            "/nothing.json",
            "/c/nothing+0000/",
            "/icons/nothing.webp",
            "/feed/nothing.xml",
            "/listing/nothing",
        ),
        *("/404.html", "/icons/", "/v1/", "/c/"),
        *(f"/{TEMPORARY}", "/.git/config", "/.git/", "/.htaccess"),
    ],
)
def test_what_is_not_there_or_not_for_readers_is_the_page_for_errors(site, path):
    answer = site.get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body == (site.folder / "404.html").read_bytes()
    assert "style-src" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/../state.db", "/%2e%2e/state.db", "/v1/..%2f..%2fstate.db", "/%2egit/config"])
def test_nothing_beside_the_site_is_within_reach(site, path):
    (site.folder.parent / "state.db").touch()
    assert site.get(path).status in {400, 404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/servers.json", "/icons/", "/nothing"])
def test_there_is_nothing_to_do_but_to_read(site, method, path):
    answer = site.get(path, method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(site):
    answer, whole = site.get("/", "HEAD"), site.get("/")
    assert (answer.status, answer.body) == (200, b"")
    ignored = {"date", "content-length"}
    assert {k: v for k, v in answer.headers.items() if k not in ignored} == {
        k: v for k, v in whole.headers.items() if k not in ignored
    }


def test_the_address_of_a_folder_without_its_slash_leads_to_it(site):
    answer = site.get("/about")
    assert answer.status in {301, 308}
    assert answer.headers["location"] in {"/about/", "about/"}, "without a host: it may be an onion"


def test_text_is_compressed_and_pictures_are_not(site):
    for name in names(site):
        path = site.folder / name
        answer = site.get(address(name), Accept_Encoding="gzip")
        if path.suffix in {".png", ".webp", ".zip"} or path.stat().st_size < 500:
            assert "content-encoding" not in answer.headers, name
        elif path.stat().st_size > 1100:
            assert answer.headers.get("content-encoding") == "gzip", name
            assert answer.headers["vary"] == "Accept-Encoding"
            assert answer.headers["content-type"] == content_type(name)
            assert gzip.decompress(answer.body) == path.read_bytes()


def test_caddy_also_compresses_with_zstandard(published, tmp_path):
    with web_servers.caddy(published, tmp_path) as site:
        answer = site.get("/", Accept_Encoding="gzip, zstd")
    assert answer.headers["content-encoding"] == "zstd"
    assert answer.body.startswith(b"\x28\xb5\x2f\xfd")


@pytest.mark.skipif(not web_servers.BROTLI.exists(), reason="needs libnginx-mod-http-brotli-filter")
def test_what_nginx_offers_can_be_switched_on(published, tmp_path):
    modules = f"include {web_servers.BROTLI};"
    with web_servers.nginx(published, tmp_path, uncommented, modules) as site:
        answer = site.get("/about/", Accept_Encoding="gzip, br")
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["onion-location"] == "http://ADDRESS.onion/about/"


def test_what_caddy_offers_can_be_switched_on(published, tmp_path):
    with web_servers.caddy(published, tmp_path, uncommented) as site:
        answer = site.get("/about/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["onion-location"] == "http://ADDRESS.onion/about/"

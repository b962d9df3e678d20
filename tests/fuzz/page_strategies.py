"""Pages that strangers may send: home pages, preview pages, listings and legacy lists of rooms.

Pages with a neighbour hold only *local* damage, such as a tag that is not closed: what opens a comment or a title and
never ends it swallows the rest of the page in every browser too.
"""

from __future__ import annotations

import html
import json

from hypothesis import strategies as st

from tests.fuzz.strategies import KEY, OTHER_KEY, PAYLOADS, arrays, raw_values, room_text, texts, tokens

HOST = "sogs.example"
NEIGHBOUR_LINK = f"https://sogs.example/neighbour?public_key={KEY}"
_SWALLOWERS = (
    "<!--", "<title>", "<textarea>", "<script>", "<style>", "<plaintext>", "<xmp>", "<iframe>", "<noscript>",
    "<select>", "<template>", "<svg><![CDATA[", '<p title="', "<a href='", "<!DOCTYPE",
    "<?xml version='1.0' encoding='utf-16'?>", "</", "<meta charset=utf-7>", "<math><mtext>",
    "<base href='http://evil.example/'>", "\x00", "<frameset>", "<object>",
)  # fmt: skip
_LOCAL = (
    "<b>", "</b>", "</li>", "</ul></body></html>", "<p title=x'y>", "<table><tr>", "<a>", "</a>", "<a name=x>", "<pre>",
    "</pre>", "<br/><br/>", "<img src=x onerror=y>", "<div " + "x='1' " * 50 + ">", "<b>" * 300, "<!-- a -->",
    "&#xd800;", "&bogus;", "&#99999999;", "<script>var a = '<a href=\"/r/no\">';</script>", "<ul><li><ul><li>",
    "<h1>\u202e</h1>", "<form>", "<center>", "<font color=red>", "<p>", "<select></select>", "<\u00e4>", "< a", "<3",
)  # fmt: skip
_ODD_HREFS = (
    "http://[", "//[::1", "http://a:b@c/r/x", "javascript:alert(1)", "/r/", "/r/%41", "//evil.example/r/x", "?", "#",
    "/r/" + "a" * 65, "/r/" + "a" * 3000, "http://sogs.example:99999/r/x", "HTTP://SOGS.EXAMPLE/r/x", "..//r/x",
)  # fmt: skip
_local = st.sampled_from(_LOCAL) | texts.map(html.escape)
_junk = st.one_of(_local, st.sampled_from(_SWALLOWERS), texts)
_quotes = st.sampled_from(('"{}"', "'{}'", '"\n{} "', "\"{}\" href='/r/second'", '"{}" onclick="x"'))
_hrefs = st.one_of(
    tokens.map("/r/{}".format),
    tokens.map("/r/{}/".format),
    tokens.map("r/{}?x#y".format),
    tokens.map("http://example.net/view/room/{}".format),
    tokens.map("/x/view/room/{}/".format),
    texts.map(html.escape),
    st.sampled_from(_ODD_HREFS),
)
_modern_hrefs = tokens.map("/r/{}".format) | texts.map(html.escape)
_legacy_hrefs = tokens.map("http://example.net/view/room/{}".format) | tokens.map("/view/room/{}".format)


@st.composite
def _anchors(draw, hrefs, names) -> str:
    href = draw(_quotes).format(draw(hrefs))
    return f"<li><a href={href}>{draw(names)}{draw(st.sampled_from(('</a></li>', '</a>', '', '</A >')))}"


def _page(parts: list[str]) -> bytes:
    page = "<html><head></head><body><ul>" + "\n".join(parts) + "</ul></body></html>"
    return page.encode("utf-8", "replace")


home_pages = st.lists(_anchors(_hrefs, _junk) | _junk, max_size=6).map(_page)
"""Home pages of any kind, with whatever markup."""


@st.composite
def _with(draw, elements, neighbour: str) -> bytes:
    parts = draw(st.lists(elements, max_size=5))
    parts.insert(draw(st.integers(0, len(parts))), neighbour)
    return _page(parts)


modern_pages = _with(_anchors(_modern_hrefs, _local) | _local, '<li><a href="/r/neighbour">N &amp; M</a></li>')
"""Home pages of pysogs that list the room ``neighbour`` as ``N & M``."""
legacy_pages = _with(
    _anchors(_legacy_hrefs, _local) | _local, '<li><a href="http://example.net/view/room/neighbour">N &amp; M</a></li>'
)
"""The same of pysogs 0.2.0."""

_pres = st.tuples(st.sampled_from((KEY, OTHER_KEY, KEY.upper(), "0" * 63, KEY + "0", "")), tokens | texts, _junk).map(
    lambda parts: f"<pre>{parts[2]}http://example.net/{parts[1]}?public_key={parts[0]}</pre>"
)
preview_pages = st.lists(_pres | _junk, max_size=6).map(_page)
"""Preview pages with any keys on them."""
_forgeries = texts.map(lambda text: html.escape(f"{text}</pre><pre>http://x/neighbour?public_key={OTHER_KEY}</pre>"))
true_previews = _with(_forgeries | texts.map(html.escape), f"<pre>http://example.net/neighbour?public_key={KEY}</pre>")
"""Preview pages of ``neighbour`` as pysogs makes them, whatever the operators of its rooms have written."""

_legacy_rooms = st.tuples(tokens.map(json.dumps) | raw_values, texts.map(json.dumps) | raw_values).map(
    lambda pair: room_text([("id", pair[0]), ("name", pair[1])])
)
NEIGHBOUR_LEGACY = '{"id": "neighbour", "name": "N & M"}'


def _legacy_answer(array: bytes) -> bytes:
    return b'{"rooms":' + array.removeprefix(b"\xef\xbb\xbf") + b',"status_code":200}'


legacy_lists = arrays(_legacy_rooms | raw_values).map(_legacy_answer)
"""Answers of ``/legacy/rooms``."""
neighbourly_legacy_lists = arrays(_legacy_rooms | raw_values, NEIGHBOUR_LEGACY).map(_legacy_answer)

_links = st.one_of(
    st.just(f"http://other.example:8080/room?public_key={KEY}"),
    st.just(f"https://xn--mnchen-3ya.example/r/room/?public_key={OTHER_KEY.upper()}"),
    st.just(f"http:\\/\\/a.example\\/x?public\\_key={KEY}"),
    st.just(f"http%3A%2F%2Fb.example%2Fy%3Fpublic_key%3D{KEY}"),
    st.just(f"https://m\u00fcnchen.example/z?a=b&amp;public_key={KEY}"),
)
_spoilt = st.tuples(_links, st.integers(0, 110), st.sampled_from(PAYLOADS)).map(
    lambda spoilt: spoilt[0][: spoilt[1]] + spoilt[2] + spoilt[0][spoilt[1] :]
)
_hosts = st.sampled_from(
    ("[::1", "[::1]", "[::ffff:1.2.3.4]", "0x7f.1", "1.2.3.4.5", "256.1", "xn--a", "a..b", "-a", "\u2100")
)
_odd_links = st.tuples(_hosts | texts, tokens | texts, texts).map(
    lambda parts: f"http://{parts[0]}/{parts[1]}?{parts[2]}&public_key={KEY}"
)
link_texts = st.one_of(_links, _spoilt, _odd_links)
"""Join links, good, broken, and of odd hosts."""
_FORMS = (
    "```", "## \u202eName", "* [a](b)", "*****", "hashtag `#a`,`#b`", "Hashtags `" + "#x`,`" * 90, "`", "\\", "|",
)  # fmt: skip
_markdown = st.one_of(
    st.sampled_from(_FORMS),
    texts.map("hashtag `{}`".format),
    texts,
    link_texts,
    link_texts.map("  {}  ".format),
)
plain_pages = st.lists(_markdown, max_size=7).map("\n".join)
"""Listings in Markdown or in no form at all."""


@st.composite
def _text_with(draw, elements, before: str = "", after: str = "") -> str:
    parts = draw(st.lists(elements, max_size=5))
    parts.insert(draw(st.integers(0, len(parts))), NEIGHBOUR_LINK)
    return before + "\n".join(parts) + after


neighbourly_plain = _text_with(_markdown)
_tagged = texts.map(html.escape).map('<span class="tags">{0}</span><a href="?tag={0}">x</a>'.format)
_marked_up = st.one_of(
    _junk,
    _tagged,
    link_texts.map(html.escape),
    link_texts.map(html.escape).map("<a href='{}'>x</a>".format),
    st.integers(-1, 10**13).map('<a href="view_session_group_user_lokinet.php?id={}">'.format),
    texts.map("<p>Tags: {}".format),
)
html_pages = st.lists(_marked_up, max_size=6).map(lambda parts: "<html><body>" + "\n".join(parts))
"""Listings in HTML."""
neighbourly_html = _text_with(
    st.one_of(_local, _tagged, link_texts.map(html.escape).map("<p>{}</p>".format)), "<html><body><p>", "</body>"
)
_json_entries = st.tuples(
    st.one_of(link_texts.map(json.dumps), raw_values), texts.map(json.dumps) | raw_values, raw_values
).map(lambda entry: room_text([("url", entry[0]), ("tags", entry[1]), ("nsfw", entry[2])]))
json_listings = arrays(_json_entries | raw_values)
"""The array of session.directory."""
neighbourly_json = arrays(
    _json_entries | raw_values, json.dumps({"url": NEIGHBOUR_LINK, "tags": "linux,privacy", "nsfw": "0"})
)

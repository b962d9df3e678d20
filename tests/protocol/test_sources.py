import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.protocol import sources
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.protocol.sources import (
    Posted,
    clean_tags,
    read_any,
    read_awesome_list,
    read_session_directory,
    session_directory_pages,
)

REAL = Path(__file__).parents[3] / "shared" / "realworld" / "listings"
KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
INDEX = "https://session.directory/?all=groups"


def url(token: str, host: str = "https://sogs.example") -> str:
    return f"{host}/{token}?public_key={KEY}"


def urls(posted: list[Posted]) -> list[str]:
    return [one.link.url for one in posted]


@pytest.fixture
def real(request):
    path = REAL / request.param
    if not path.exists():
        pytest.skip(f"needs the recorded listing {request.param}, which is not here")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("raw", "tags"),
    [
        ([" #Linux ", "linux", "", "#", " "], ("Linux",)),
        (["##a", "free  software"], ("a", "free software")),
        (["espa&ntilde;ol", "&amp;"], ("español", "&")),
        (["Ð£ÐºÑ€Ð°Ð¸Ð½Ð°", "ä¸\xadæ–‡"], ("Украина", "中文")),
        (["a\x00b\u202ec", "x\ud800"], ("a b c", "x?")),
        (["x" * 64, "y" * 65, "z" * 10_000], ("x" * 64,)),
        ([str(number) for number in range(80)], tuple(str(number) for number in range(50))),
    ],
)
def test_tags_are_tidied_and_bounded(raw, tags):
    assert clean_tags(raw) == tags


@given(st.lists(st.text()))
def test_tags_stay_within_bounds_whatever_is_written(raw):
    tags = clean_tags(raw)
    assert len(tags) <= sources.MAX_TAGS
    assert all(0 < len(tag) <= sources.MAX_TAG_LENGTH and tag.isprintable() for tag in tags)
    assert len({tag.casefold() for tag in tags}) == len(tags)


@given(st.text() | st.text(alphabet='<>/="`#[]{}, \nabtghk:'))
def test_no_page_makes_a_reader_fail(text):
    assert read_any(text) == read_awesome_list(text) == read_session_directory(text) == []
    assert session_directory_pages(text, INDEX) == []


def test_awesome_list_gives_each_link_its_own_tags():
    text = f"""- [X] One
```
{url("one")}
```
hashtag `#session`,`#adl`,`#`,`#Dutch``chat`,
****************
- [X] Two, without tags
```
{url("two")}
```
****************
- [X] Garbled
```
not a link
```
hashtag `#session`,`#lost`
### Three and four share a block
```
{url("three")}
{url("four")}
```
Hashtags: `#both`
hashtag `#nobody`
"""
    assert [(one.link.token, one.tags) for one in read_awesome_list(text)] == [
        ("one", ("adl", "Dutch", "chat")),
        ("two", ()),
        ("three", ("both",)),
        ("four", ("both",)),
    ]


@pytest.mark.parametrize("real", ["awesome-session-group-list.README.md"], indirect=True)
def test_real_awesome_list(real):
    listed = read_awesome_list(real)
    tags = {one.link.url: one.tags for one in listed}
    assert len(listed) >= 100
    assert tags[
        "http://adl.army/books?public_key=4f85a43c2d8e4cc72154b3ef7d98bd2a4dad73ab3174978337e97a9b1260293c"
    ] == ("adl", "books", "reading")
    assert not any("session" in map(str.casefold, found) for found in tags.values())


@pytest.mark.parametrize("real", ["session.directory.json"], indirect=True)
def test_real_session_directory_json(real):
    listed = read_session_directory(real)
    tags = {one.link.token: one.tags for one in listed}
    assert len(listed) >= 55
    assert tags["origin"] == ("Chinese", "Chinese Language", "Open Group", "中文", "漢語", "汉语")
    assert tags["espanol"] == ("español", "latino", "españa")
    assert tags["fi"][0] == "suomi"


def test_json_takes_what_it_understands():
    entries = [
        {"url": url("one"), "tags": "a, b;c", "nsfw": "1"},
        {"url": url("two").replace("&", "&amp;"), "tags": ["no", "text"], "nsfw": "0"},
        {"url": url("one"), "tags": "B,d"},
        {"url": "<i>Listing disabled by administrator</i>", "tags": "x"},
        {"url": 7},
        "text",
        None,
    ]
    assert [(one.link.token, one.tags) for one in read_session_directory("\ufeff" + json.dumps(entries))] == [
        ("one", ("a", "b", "c", "nsfw", "d")),
        ("two", ()),
    ]


@pytest.mark.parametrize("odd", ['"a\x1b\nb"', "9" * 5_000, "[" * 50 + "]" * 50, '{"url": 1, "url": null}', "NaN"])
def test_an_odd_entry_of_json_costs_only_itself(odd):
    entry = json.dumps({"url": url("one"), "tags": "a", "nsfw": 1})
    expected = [Posted(parse_join_link(url("one")), ("a", "nsfw"))]
    assert read_session_directory(f"[{odd},{entry}]") == read_session_directory(f"[{entry},{odd}]") == expected


@pytest.mark.parametrize("broken", ["", "[" * 5_000, "}", "{'url'"])
def test_of_json_that_is_broken_the_links_are_read(broken):
    entry = json.dumps({"url": url("one").replace("&", "\\u0026"), "tags": "a"}).replace("/", "\\/")
    assert read_session_directory(f"[{entry},{broken}") == [Posted(parse_join_link(url("one")))]


@pytest.mark.parametrize("text", ["[", "[" * 100_000, "[1" + "0" * 10_000 + "]", "[{}]", "[]", ""])
def test_broken_json_gives_nothing(text):
    assert read_session_directory(text) == []


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Join {url('one')} now</p>",
        f'<a href="{url("one")}">join</a>',
        f'<a href="{url("one")}">{url("one")}</a>',
        f'<input readonly value="{url("one")}">',
        f"<table><tr><td>{url('one')}</td><td>abc</td></tr></table>",
        f"<pre><code>{url('one')}</code></pre>",
        f"<!DOCTYPE html><!-- {url('gone')} --><script>var old = '{url('gone')}'</script><p>{url('one')}",
        f"<html><p>{url('one')}&amp;x=<wbr>",
        f"<HTML><a href={url('one')}>x</a>",
        f"<{url('one')}> in *Markdown*",
        f"[one]({url('one')})",
        json.dumps({"rooms": [{"link": url("one").replace("/", "\\/")}]}).replace("\\\\", "\\"),
        url("one").replace("?", "&#63;"),
    ],
)
def test_join_links_are_found_in_any_form(html):
    assert urls(read_any(html)) == [url("one")]


def test_read_any_is_bounded(monkeypatch):
    monkeypatch.setattr(sources, "MAX_LINKS", 3)
    assert len(read_any("\n".join(url(f"room{number}") for number in range(5)))) == 3


PAGE = "<h1>A room</h1><p>Tags and more</p><code>{link}</code>{tags}"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ('<span class="tag">a</span><span class="badge tag">b c</span>', ("a", "b c")),
        ('<div class="group-tags">Tags: a, b</div>', ("a", "b")),
        ('<ul class="tags"><li>a<li>b</ul>', ("a", "b")),
        ('<a href="?tag=a">#a</a> <a href="/tag/b">#b</a>', ("a", "b")),
        ('<a href="/tags/">all tags</a><p>Tags: a, b</p>', ("a", "b")),
        ("<p><b>Tags:</b> a,<br>", ("a",)),
        ("<p><b>Tags</b><p>a, b", ("a", "b")),
        ("<tr><th>Tags:</th></tr><tr><td>a, b</td></tr>", ("a", "b")),
        ('<p class="tags"><b>Tags:</b> a; b</p>', ("a", "b")),
        ('<div class="stage vintage">no</div><script class="tag">x</script><style>Tags: c</style>', ()),
        ("<p>Tags:", ()),
        ("<p>Tagsüber geöffnet", ()),
    ],
)
def test_tags_of_a_page_are_found_in_many_forms(tags, expected):
    assert read_session_directory(PAGE.format(link=url("one"), tags=tags)) == [
        Posted(parse_join_link(url("one")), expected)
    ]


def test_tags_of_a_page_with_several_links_are_nobodys():
    page = PAGE.format(link=f"{url('one')} {url('two')}", tags='<i class="tag">a</i>')
    assert [one.tags for one in read_session_directory(page)] == [(), ()]


def test_only_pages_of_the_known_form_and_host_are_followed():
    form = "view_session_group_user_lokinet.php?id="
    hrefs = [
        f"{form}1",
        f" {form}2#top",
        f"{form}1",
        f"https://session.directory/{form}3",
        f"http://session.directory/{form}4",
        f"//evil.example/{form}5",
        f"https://session.directory@evil.example/{form}6",
        f"{form}7&amp;next=evil",
        f"{form}x",
        "view_session_group_user_lokinet.php",
        f"other.php?id=8&{form}",
        "javascript:alert(1)",
        "http://[broken",
        f"{form}9",
    ]
    html = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    numbers = [page.rpartition("=")[2] for page in session_directory_pages(html, INDEX)]
    assert numbers == ["1", "2", "3", "9"]
    assert all(page.startswith("https://session.directory/view_") for page in session_directory_pages(html, INDEX))


def test_a_deep_page_is_read():
    deep = "<div>" * 200 + f"{url('one')}<p>Tags: a" + "</div>" * 200
    assert read_session_directory(deep) == [Posted(parse_join_link(url("one")), ("a",))]
    deeper = "<html>" + "<div>" * 20_000 + "x"
    assert read_session_directory(deeper) == []


def test_no_tags_are_looked_for_in_a_page_that_is_too_large():
    page = PAGE.format(link=url("one"), tags='<i class="tag">a</i>')
    assert read_session_directory(page + " " * sources.MAX_TAGGED_PAGE) == [Posted(parse_join_link(url("one")))]


def test_a_link_that_is_repeated_costs_no_more_than_its_share():
    entry = f"{url('one')}\nhashtag `x`,`{{}}`\n"
    [listed] = read_awesome_list("".join(entry.format(number) for number in range(1_000)))
    assert len(listed.tags) == sources.MAX_TAGS

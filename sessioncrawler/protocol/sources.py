"""What sources publish: text in, join links with their tags out (docs/protocol.md, "Sources").

All of it is written by strangers. A reader takes what it understands, up to a limit, and never raises:
a page without join links gives an empty list.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

import ftfy
from parsel import Selector

from sessioncrawler.model import JoinLink
from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link

MAX_LINKS = 60_000
"""Join links read from one page: all that 5 MB hold, so that new ones never take the place of known ones here."""
MAX_TAGGED_PAGE = 300_000
"""Characters of a page in which tags are looked for."""
MAX_TAGS = 50
"""Tags kept for one join link."""
MAX_RAW_TAGS = 200
"""Tags that are looked at for one join link, repetitions and decoration included."""
MAX_TAG_LENGTH = 64
"""Characters; what is longer is a sentence, not a tag."""

_SESSION_DIRECTORY_PAGE = "view_session_group_user_lokinet.php"
_PAGE_ID = re.compile(r"id=\d{1,12}", re.ASCII)
_HASHTAG_LINE = re.compile(r"\s*hashtags?\b(.*)", re.IGNORECASE)
_BACKTICKED = re.compile(r"`([^`]*)`")
_NEW_ENTRY = re.compile(r"\s*(?:#{1,6}\s|[-*] \[|\*{5,})")
_TAG_LABEL = re.compile(r"\s*(?:hash)?tags?\s*(?::|$)\s*", re.IGNORECASE)
_TAG_CLASS = re.compile(r"(?:^|[\s_-])(?:hash|group)?tags?(?:[\s_-]|$)", re.IGNORECASE)
_TAG_HREF = re.compile(r"(?:[?&]|/)(?:hash)?tags?[=/][^/&]", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\n]")
# Not strict: a raw line break in one entry need not cost the others. No number counts, and Python refuses long ones.
_JSON = json.JSONDecoder(parse_int=str, strict=False)
_UNSEEN = ("script", "style", "template", "noscript")
_LINE_TAGS = frozenset(
    re.split(
        r"\s+",
        """address article aside blockquote body br button dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr
        input li main nav ol option p pre section table tbody td textarea tfoot th thead title tr ul""",
    )
)
"""Elements that begin a line of their own."""


class Posted(NamedTuple):
    """A join link with the tags that its source gives it, as they were written there."""

    link: JoinLink
    tags: tuple[str, ...] = ()


def clean_tags(raw: Iterable[str]) -> tuple[str, ...]:
    """Tidy tags as people write them: entities, mojibake, ``#``, white space and repetitions (whatever the case) go.

    At most ``MAX_TAGS`` are kept, in their order; one longer than ``MAX_TAG_LENGTH`` is left out.
    """
    tags: dict[str, str] = {}
    for text in raw:
        if len(text) > MAX_TAG_LENGTH * 8:  # room for entities and mojibake, which only shrink
            continue
        tag = _clean_tag(text)
        if tag and len(tag) <= MAX_TAG_LENGTH:
            tags.setdefault(tag.casefold(), tag)
        if len(tags) == MAX_TAGS:
            break
    return tuple(tags.values())


def _clean_tag(text: str) -> str:
    """One tag without decoration; empty where nothing remains."""
    sound = html.unescape(text).encode("utf-8", "replace").decode("utf-8")  # JSON may hold lone surrogates
    sound = ftfy.fix_encoding(sound)
    printable = "".join(character if character.isprintable() else " " for character in sound)
    return " ".join(printable.split()).lstrip("#").strip()


def merge(posted: Iterable[Posted]) -> list[Posted]:
    """Name each link once, in the order of the page, with the tags of all its mentions; ``MAX_LINKS`` at most."""
    tags: dict[JoinLink, list[str]] = {}
    for link, more in posted:
        if link in tags or len(tags) < MAX_LINKS:
            raw = tags.setdefault(link, [])
            raw += more[: MAX_RAW_TAGS - len(raw)]
    return [Posted(link, clean_tags(raw)) for link, raw in tags.items()]


def read_any(text: str) -> list[Posted]:
    """All join links of a page in any form (HTML, Markdown, JSON, plain text), without tags."""
    shown = _html_text(text) if _HTML.search(text) else text
    return merge(Posted(link) for link in find_join_links(shown))


def _html_text(text: str) -> str:
    """List what an HTML page shows and what its attributes hold, one a line, in the order of the page."""
    unseen = "".join(f"[not(parent::{name})]" for name in _UNSEEN)
    return "\n".join(Selector(text=text, type="html").xpath(f"//text(){unseen} | //@*").getall())


def read_awesome_list(text: str) -> list[Posted]:
    """Read the Awesome Session Group List: Markdown, each link fenced, a line of hashtags after the fence.

    The tags are those of a line such as ``hashtag `#session`,`#adl``` after the link; ``#session`` and empty ones are
    part of the form that contributors fill in.
    """
    return merge(_awesome_entries(text))


def _awesome_entries(text: str) -> Iterator[Posted]:
    entry: list[JoinLink] = []  # links that wait for their line of hashtags
    for line in text.splitlines():
        if links := find_join_links(line):
            entry += links
            yield from map(Posted, links)
        elif _NEW_ENTRY.match(line):
            entry = []
        elif hashtags := _HASHTAG_LINE.match(line):
            tags = _hashtags(hashtags[1])
            yield from (Posted(link, tags) for link in entry)
            entry = []


def _hashtags(text: str) -> tuple[str, ...]:
    """Tags between backticks, without the ones of the form itself."""
    return tuple(tag for tag in clean_tags(_BACKTICKED.findall(text)) if tag.casefold() != "session")


def read_session_directory(text: str) -> list[Posted]:
    """Read what session.directory gives out: its JSON array, or an HTML page of one Community with its tags.

    Tags are given to the link only where the page holds exactly one; otherwise nobody can tell whose they are. A page
    of more than ``MAX_TAGGED_PAGE`` characters is nobody's form for one Community: its tags are not looked for.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("["):
        return merge(_json_entries(text))
    found = read_any(text)
    if len(found) != 1 or len(text) > MAX_TAGGED_PAGE:
        return found
    return [Posted(found[0].link, _page_tags(text))]


def _json_entries(text: str) -> Iterator[Posted]:
    """Entries of ``[{"url": …, "tags": "a,b", "nsfw": "0"}]``; others are left out. Bare links where it is broken."""
    try:
        entries = _JSON.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        # One broken entry need not cost the others their links, only their tags.
        yield from read_any(text)
        return
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(url := entry.get("url"), str):
            continue
        if link := parse_join_link(html.unescape(url).strip()):
            yield Posted(link, _json_tags(entry))


def _json_tags(entry: dict[str, Any]) -> tuple[str, ...]:
    tags = entry.get("tags")
    words = _SEPARATORS.split(html.unescape(tags)) if isinstance(tags, str) else []
    nsfw = ["nsfw"] if entry.get("nsfw") in ("1", 1) else []  # 1 == True, and numbers are strings
    return clean_tags(words + nsfw)


def session_directory_pages(text: str, url: str) -> list[str]:
    """URLs of the Communities' own pages on the index at ``url``: same host, exactly the known form, each once.

    All of them, in the order of the index: whoever reads them bounds how many.
    """
    found = (_session_directory_page(href, url) for href in Selector(text=text, type="html").xpath("//@href").getall())
    return list(dict.fromkeys(page for page in found if page))


def _session_directory_page(href: str, url: str) -> str | None:
    """``href`` as an absolute URL if it leads to a Community's page on the host of ``url``."""
    try:
        page = urldefrag(urljoin(url, href.strip())).url
        parts, index = urlsplit(page), urlsplit(url)
    except ValueError:
        return None
    same_host = (parts.scheme, parts.netloc) == (index.scheme, index.netloc)
    known = parts.path.rpartition("/")[2] == _SESSION_DIRECTORY_PAGE and _PAGE_ID.fullmatch(parts.query)
    return page if same_host and known else None


def _page_tags(text: str) -> tuple[str, ...]:
    """Tags of a Community's page: elements and links that say so by class or href, else a line ``Tags: a, b``."""
    root = Selector(text=text, type="html").root
    words = [word for marked in _marked_tags(root) for word in _SEPARATORS.split(marked)]
    if not any(clean_tags(words)):
        words = _tag_line(_lines(root))
    return clean_tags(words)


def _marked_tags(root: Any) -> Iterator[str]:
    """Texts of elements without children whose class, or whose link, or whose parent's class, speaks of tags."""
    for element in root.iter("*"):
        if len(element) or element.tag in _UNSEEN:
            continue
        parent = element.getparent()
        classes = [node.get("class", "") for node in (element, parent) if node is not None]
        if any(map(_TAG_CLASS.search, classes)) or _TAG_HREF.search(element.get("href", "")):
            yield _TAG_LABEL.sub("", element.text or "", count=1)


def _tag_line(lines: list[str]) -> list[str]:
    """Words of the first line ``Tags: a, b``, or of the line after one that only says ``Tags``."""
    for line, following in pairwise([*lines, ""]):
        if label := _TAG_LABEL.match(line):
            return _SEPARATORS.split(line[label.end() :] or following)
    return []


def _lines(root: Any) -> list[str]:
    """Break the text of a page into the lines that a browser would show, without the empty ones."""
    parts: list[str] = []
    for node in root.xpath("//text() | //*"):
        if hasattr(node, "tag"):
            parts.append("\n" if node.tag in _LINE_TAGS else "")
        elif node.is_tail:
            parts.append("\n" if node.getparent().tag in _LINE_TAGS else "")
            parts.append(node.replace("\n", " "))
        elif node.getparent().tag not in _UNSEEN:
            parts.append(node.replace("\n", " "))
    return [line for line in map(str.strip, "".join(parts).split("\n")) if line]

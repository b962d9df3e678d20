"""News feeds in Atom (RFC 4287) and their index in OPML 2.0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from sessioncrawler.editorial.config import Site
from sessioncrawler.explain import outcomes
from sessioncrawler.knowledge.server_events import ServerEvent, ServerEventKind
from sessioncrawler.opendata.news import News, news
from sessioncrawler.opendata.places import Places
from sessioncrawler.state import Event, EventKind, Listed
from sessioncrawler.text.dates import DAY, day, day_and_minute, iso
from sessioncrawler.text.names import name, prose
from sessioncrawler.text.numbers import counted

FOLDER = "feed/"
"""Where the feeds are, below the site's URL."""
INDEX = "index.opml"

NOWHERE = Places()
KEYS = News("keys.xml", "keys", "keys of servers", ())
"""The feed of the key log, which :mod:`~sessioncrawler.opendata.keys` writes."""

_HOUR = 3_600
_NAMESPACE = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'
_END = b"</feed>"
# XML 1.0, section 2.2: the characters that no escape can bring into a document.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACEHOLDER = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|localhost|test|invalid)")
"""Hosts that stand for a site without an address of its own yet (RFC 2606)."""
_TITLES = {EventKind.NEW: "New", EventKind.RETURNED: "Back", EventKind.GONE: "Gone"}
_SENTENCES = {
    EventKind.NEW: "Listed for the first time.",
    EventKind.RETURNED: "Listed again after it was gone.",
    EventKind.GONE: "No longer listed: its server tells of it no more, or was not reached for too long.",
}
_OF_SERVERS = {
    ServerEventKind.MOVED: "Moved",
    ServerEventKind.KEY_CHANGED: "New key",
    ServerEventKind.DOWN: "Down for a day",
    ServerEventKind.BACK: "Reached again",
}
_GROUPS = {
    "all": "Everything", "keys": "Servers", "language": "By language", "topic": "By topic", "tag": "By tag",
    "server": "By server",
}  # fmt: skip
_NO_LANGUAGE = {None, "", "und", "mul"}


def news_files(
    events: Iterable[Event],
    listed: Iterable[Listed],
    site: Site,
    server_events: Iterable[ServerEvent] = (),
    places: Places = NOWHERE,
    *,
    topics: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> Iterator[tuple[str, bytes]]:
    """Every feed and the index as (path below ``feed/``, content); events come newest first.

    No time but those of the events is in them. A feed without events is as old as the directory: of the time when its
    first Community was listed. Entries lead to pages by ``places``, and to the site where there is none.
    """
    known: dict[Event | ServerEvent, bytes] = {}

    def entry(event: Event | ServerEvent) -> bytes:
        if event not in known:
            known[event] = serialized(_element(event, site, places))
        return known[event]

    history = tuple(listed)
    since = min((one.first_listed for one in history), default=0)
    feeds = news(events, history, server_events, places.servers.values(), topics)
    for feed in feeds:
        content = atom(feed, site, since, entry)
        for path in (feed.path, *feed.former):
            yield path, content
    yield INDEX, opml([*feeds[:1], KEYS, *feeds[1:]], site)


def atom(feed: News, site: Site, since: int, entry: Callable[[Event | ServerEvent], bytes]) -> bytes:
    """One feed; ``entry`` gives the element of an event, ``since`` the time (Unix seconds) where there is none."""
    updated = feed.events[0].at if feed.events else since
    return document(feed.path, title_of(feed, site), updated, site, map(entry, feed.events))


def document(path: str, title: str, updated: int, site: Site, entries: Iterable[bytes], *, page: str = "") -> bytes:
    """The feed at ``path`` below ``feed/`` about the ``page`` of the site; ``updated`` is in Unix seconds."""
    url = site.url + FOLDER + path
    top = Element("feed", {"xmlns": _NAMESPACE, _XML_LANG: "en"})
    text_in(top, "id", url)
    text_in(top, "title", title)
    text_in(top, "updated", iso(updated))
    text_in(SubElement(top, "author"), "name", site.name)
    SubElement(top, "link", rel="alternate", type="text/html", href=site.url + page)
    if not _PLACEHOLDER.fullmatch(urlsplit(site.url).hostname or ""):
        SubElement(top, "link", rel="self", type="application/atom+xml", href=url)
    return _HEAD + serialized(top).removesuffix(_END) + b"\n" + b"\n".join(entries) + _END + b"\n"


def opml(feeds: Iterable[News], site: Site) -> bytes:
    """The index of all feeds, by group (OPML 2.0; readers know Atom feeds under the type ``rss``)."""
    top = Element("opml", version="2.0")
    text_in(SubElement(top, "head"), "title", f"{site.name}: news feeds")
    body = SubElement(top, "body")
    for group, members in groupby(feeds, key=lambda feed: feed.group):
        heading = SubElement(body, "outline", text=_GROUPS[group])
        for feed in members:
            title = _fit(title_of(feed, site))
            url = site.url + FOLDER + feed.path
            SubElement(heading, "outline", type="rss", text=title, title=title, xmlUrl=url, htmlUrl=site.url)
    return _HEAD + serialized(top) + b"\n"


def title_of(feed: News, site: Site) -> str:
    """The title of a feed."""
    return f"{site.name}: {feed.subject}"


def _element(event: Event | ServerEvent, site: Site, places: Places) -> Element:
    if isinstance(event, ServerEvent):
        return of_server(event, site, places)
    return _many(event, site, places) if event.more else _entry(event, site, places)


def _many(event: Event, site: Site, places: Places) -> Element:
    """One entry for all that is too much of one server, kind and day; the same entry however much it becomes."""
    key = event.facts.public_key
    place = places.servers.get(key)
    host = place.host if place else event.facts.base_url.partition("://")[2]
    element = entry_of(
        f"{site.url}#{key}/{event.kind.value}/more/{event.at // DAY}",
        f"{_TITLES[event.kind]}: and {event.more:,} more at {host}",
        event.at,
        site.url + (place.page if place else ""),
    )
    times = counted(event.more, "more time", "more times")
    told = (
        f"{times} on {day(event.at)} than is told one by one, for Communities of this server: {_SENTENCES[event.kind]}"
    )
    text_in(element, "content", told).set("type", "text")
    return element


def _entry(event: Event, site: Site, places: Places) -> Element:
    """One event. Its id holds the whole key: identifiers are short enough to be forged."""
    facts = event.facts
    place = places.communities.get(facts.key)
    element = entry_of(
        f"{site.url}#{facts.token}+{facts.public_key}/{event.kind.value}/{event.at}",
        f"{_TITLES[event.kind]}: {name(facts.name) or facts.token}",
        event.at,
        site.url + (place.page if place else ""),
    )
    gone = event.kind is EventKind.GONE
    for tag in dict.fromkeys(map(name, facts.tags)):
        if tag:
            SubElement(element, "category", term=_fit(tag))
    parts = [_SENTENCES[event.kind], prose(facts.description)] + ([] if gone else [f"Join link: {facts.join_url}"])
    content = text_in(element, "content", "\n\n".join(filter(None, parts)))
    content.set("type", "text")
    if facts.language not in _NO_LANGUAGE:
        content.set(_XML_LANG, facts.language or "")
    return element


def of_server(event: ServerEvent, site: Site, places: Places) -> Element:
    """What happened to a server. The id holds nothing that can change later."""
    known = filter(None, map(places.servers.get, event.keys))
    place = next((one for one in known if one.gone_at is None), None) or places.servers.get(event.public_key)
    host = place.host if place else f"a server with the key {event.public_key[:8]}…"
    about = f"{event.kind.value}/{event.at}" + (f"/{event.address}" if event.address else "")
    element = entry_of(
        f"{site.url}#{event.public_key}/{about}",
        f"{_OF_SERVERS[event.kind]}: {event.address or host}",
        event.at,
        site.url + (place.page if place else ""),
    )
    text_in(element, "content", "\n\n".join(_told(event))).set("type", "text")
    return element


def _told(event: ServerEvent) -> Iterator[str]:
    match event.kind:
        case ServerEventKind.MOVED:
            yield f"The server is at {event.address} now; it was at {event.former}. It has the same key."
        case ServerEventKind.KEY_CHANGED:
            yield f"Another key was proven at {event.address}: join links with the former key are dead."
            yield f"Key: {event.public_key}"
            if event.former:
                yield f"Former key: {event.former}"
        case ServerEventKind.DOWN:
            since, how = day_and_minute(event.at - event.seconds), outcomes.in_short(event.how)
            yield f"The server was not reached from {since} on: {how}."
        case ServerEventKind.BACK:
            yield f"The server was reached again after {counted(round(event.seconds / _HOUR), 'hour', 'hours')}."


def entry_of(identity: str, title: str, at: int, page: str) -> Element:
    """An entry without its content."""
    element = Element("entry")
    text_in(element, "id", identity)
    text_in(element, "title", title)
    text_in(element, "updated", iso(at))
    text_in(element, "published", iso(at))
    SubElement(element, "link", rel="alternate", type="text/html", href=page)
    return element


def text_in(parent: Element, tag: str, text: str) -> Element:
    """Add an element with a text, without what XML cannot hold."""
    element = SubElement(parent, tag)
    element.text = _fit(text)
    return element


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)


def serialized(element: Element) -> bytes:
    """An element as UTF-8."""
    return tostring(element, encoding="unicode").encode()

"""Proven keys and the key log for programs: ``v1/keys.json`` and the feed ``feed/keys.xml`` (docs/trust.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement

from sessioncrawler.editorial.config import Site
from sessioncrawler.opendata.atom import KEYS, document, serialized, text_in, title_of
from sessioncrawler.opendata.encoding import compact
from sessioncrawler.opendata.records import VERSION, KeyEntryRecord, KeysFile, KnownKeyRecord
from sessioncrawler.protocol.keys.log import KeyChange, KeyEntry, KeyEvent
from sessioncrawler.state import KnownKey
from sessioncrawler.text.dates import iso

PAGE = "keys/"
"""The page that shows the same to people, below the site's URL."""
MOST_ENTRIES = 100
"""Entries of the feed."""
_TITLES: dict[str, str] = {
    KeyChange.FIRST: "Key proven",
    KeyChange.CHANGED: "New key",
    KeyChange.LOST: "Key lost",
    KeyChange.RETURNED: "Key proven again",
}
SENTENCES: dict[str, str] = {
    KeyChange.FIRST: "The key was proven there for the first time.",
    KeyChange.CHANGED: "Another key was proven there: join links with the former key are dead.",
    KeyChange.LOST: "The key can no longer be proven there.",
    KeyChange.RETURNED: "The key was proven there again.",
}


def keys_json(known: Iterable[KnownKey], log: Iterable[KeyEntry], now: int) -> bytes:
    """The file ``keys.json``: keys that were ever proven, and the latest entries of the log."""
    keys = [
        KnownKeyRecord(one.public_key, str(one.address), iso(one.first_proven), iso(one.last_proven), _or_none(one))
        for one in known
        if one.first_proven is not None
    ]
    return compact(KeysFile(VERSION, iso(now), keys, [_entry(entry) for entry in log]))


def keys_xml(log: Sequence[KeyEntry], since: int, site: Site) -> bytes:
    """The feed of the key log, newest first; it is of ``since`` (Unix seconds) where nothing happened yet."""
    latest = log[: -MOST_ENTRIES - 1 : -1]
    updated = latest[0].event.at if latest else since
    entries = (serialized(_feed_entry(entry, site)) for entry in latest)
    return document(KEYS.path, title_of(KEYS, site), updated, site, entries, page=PAGE)


def title(event: KeyEvent) -> str:
    """What happened, and where."""
    return f"{_TITLES.get(event.change, event.change)}: {event.address}"


def _or_none(one: KnownKey) -> str | None:
    return None if one.lost_at is None else iso(one.lost_at)


def _entry(entry: KeyEntry) -> KeyEntryRecord:
    event = entry.event
    return KeyEntryRecord(
        number=entry.number,
        at=event.at,
        change=str(event.change),
        address=event.address,
        public_key=event.public_key,
        former_key=event.former_key,
        how=event.how,
        previous=entry.previous,
        sha256=entry.sha256,
    )


def _feed_entry(entry: KeyEntry, site: Site) -> Element:
    event, element = entry.event, Element("entry")
    text_in(element, "id", f"{site.url}{PAGE}#{entry.sha256}")
    text_in(element, "title", title(event))
    text_in(element, "updated", iso(event.at))
    text_in(element, "published", iso(event.at))
    SubElement(element, "link", rel="alternate", type="text/html", href=site.url + PAGE)
    former = [f"Former key: {event.former_key}"] if event.former_key else []
    parts = [SENTENCES.get(event.change, event.change), f"Key: {event.public_key}", *former]
    text_in(element, "content", "\n\n".join(parts)).set("type", "text")
    return element

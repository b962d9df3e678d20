"""The page about keys: what is proven and what is not, in words for visitors, and what happened to keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import KeyProof
from sessioncrawler.protocol.keys.log import KeyChange, KeyEntry
from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import KEYS, Place
from sessioncrawler.text.keys import fingerprint
from sessioncrawler.text.messages import N_

MOST = 200
"""Entries of the log that are shown; ``v1/keys.json`` has more."""
_WORDS: dict[str, str] = {
    KeyChange.FIRST: N_("Proven for the first time"),
    KeyChange.CHANGED: N_("New key: join links with the former one are dead"),
    KeyChange.LOST: N_("Can no longer be proven"),
    KeyChange.RETURNED: N_("Proven again"),
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the key log; ``at`` is in Unix seconds, keys are in groups of four digits."""

    at: int
    words: str
    address: str
    key: str
    former_key: str
    """Empty where there was none."""
    sha256: str


@dataclass(frozen=True, slots=True)
class KeysPage(Page):
    """What the page about keys shows."""

    servers: int
    """Servers that were reached."""
    proven: int
    """Those among them whose key is proven."""
    entries: tuple[EntryView, ...]
    """The newest first."""


def keys_page(known: Knowledge, language: SiteLanguage | None = None) -> KeysPage:
    """The page about keys, in ``language``; in English where it is None."""
    told_in = language or site_language(DEFAULT)
    stories = known.key_stories.values()
    return KeysPage(
        place=Place(known.directory.site.url, told_in, KEYS),
        site=site_view(known.directory.site),
        checked=known.now,
        structured={},
        servers=len(stories),
        proven=sum(story.proof is KeyProof.ONION for story in stories),
        entries=_entries(known.key_log, told_in),
    )


def _entries(log: Sequence[KeyEntry], language: SiteLanguage) -> tuple[EntryView, ...]:
    events = [(entry.event, entry.sha256) for entry in log[: -MOST - 1 : -1]]
    return tuple(
        EntryView(
            at=event.at,
            words=language.gettext(_WORDS.get(event.change, event.change)),
            address=event.address,
            key=fingerprint(event.public_key),
            former_key=fingerprint(event.former_key) if event.former_key else "",
            sha256=sha256,
        )
        for event, sha256 in events
    )

"""What the scripts of the list know of Communities that their rows do not show, as JSON beside the list.

One object for each row, in the order of the rows, and one for each server that they name, by its number. What nobody
told is left out. The search index of a large list holds the same of all Communities, with the texts of their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from sessioncrawler.model import KeyProof
from sessioncrawler.site.pages.cards import Card
from sessioncrawler.site.pages.labels import tag_text

INDEX_START, INDEX_END = b"globalThis.searchIndex='", b"';\n"
"""A script, since a page that lies in a folder may load nothing else; a list that is not searched never asks for it."""


def page_facts(cards: Sequence[Card]) -> Markup:
    """The facts of ``cards``, which are the rows of a page, as JSON that may stand in it."""
    return htmlsafe_json_dumps(_all(cards, facts), separators=(",", ":"))


def search_index(cards: Sequence[Card]) -> bytes:
    """The search index of all ``cards``: a script that sets one variable to JSON.

    Browsers read JSON twice as fast as a script that says the same.
    """
    text = htmlsafe_json_dumps(_all(cards, _row), separators=(",", ":"), ensure_ascii=False)
    # There is no quotation mark of that kind in it, see htmlsafe_json_dumps.
    return INDEX_START + text.replace("\\", "\\\\").encode(errors="replace") + INDEX_END


def _all(cards: Iterable[Card], of_room: Any) -> dict[str, Any]:
    servers: dict[tuple[str, str], int] = {}
    told: list[dict[str, Any]] = []
    rooms = []
    for card in cards:
        base = card.join_url.rpartition("/")[0]
        key = card.key[0], base
        if key not in servers:
            servers[key] = len(servers)
            told.append(_server(card, base))
        rooms.append({**of_room(card), "server": servers[key]})
    return {"servers": told, "rooms": rooms}


def _server(card: Card, base: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"url": base, "key": card.key[0]}
    if card.proof:
        facts["proof"] = card.proof.proof and card.proof.proof.value
        facts["proven"] = card.proof.proven_at
        facts["claimed"] = card.proof.sources if card.proof.proof is KeyProof.CLAIM else None
        facts["since"] = card.proof.since
    return _known(facts)


def facts(card: Card) -> dict[str, Any]:
    """What the scripts know of a Community that its row does not show: plain values.

    Staff, sources, tags and former identifiers are left out where there are none.
    """
    told: dict[str, Any] = {
        "text": card.description or None,
        "language": card.language,
        "guessed": card.guessed or None,
        "visitors": card.visitors,
        "created": card.created_at and int(card.created_at),
        "read": card.read,
        "write": card.write,
        "upload": card.upload,
        "admins": card.admins or None,
        "moderators": card.moderators or None,
        "posts": card.posts,
        "sources": card.sources or None,
        "badges": [tag.text for tag in card.badges] or None,
        "nsfw": card.nsfw_reason,
        "tags": [tag_text(tag) for tag in card.tags] or None,
        "topics": list(card.topics) or None,
        "missed": card.missed,
        "former": [one.identifier for one in card.former] or None,
    }
    if card.preview_url:
        told["preview"] = card.preview_url.removeprefix(card.join_url.rpartition("/")[0])
    if card.pulse:
        told["activity"] = card.pulse.activity.value
        told["trend"] = card.pulse.trend and card.pulse.trend.value
        told["events"] = None if card.pulse.events is None else round(card.pulse.events) or None
    return _known(told)


def _row(card: Card) -> dict[str, Any]:
    shown = {
        "id": card.identifier,
        "name": card.name,
        "lead": card.lead or None,
        "link": card.link,
        "alone": card.alone or None,
        "icon": card.icon,
        "hue": None if card.icon else card.hue,
        "initial": None if card.icon else card.initial,
        "away": card.away or None,
        "pinned": card.pinned or None,
    }
    return _known(shown) | facts(card)


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}

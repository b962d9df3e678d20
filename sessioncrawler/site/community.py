"""The context of the page of a single Community."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sessioncrawler.editorial.config import Directory
from sessioncrawler.site.i18n import DEFAULT, site_language
from sessioncrawler.site.identity import site_view
from sessioncrawler.site.listed import Listed
from sessioncrawler.site.pages import PlainPage
from sessioncrawler.site.places import Place, room_key
from sessioncrawler.site.qr import QrCode, qr_code
from sessioncrawler.site.rows import Row, RowBuilder
from sessioncrawler.site.structured import community as structured_community
from sessioncrawler.site.text import cut

SUMMARY_LENGTH = 200
"""Characters of a description in the preview of a link."""


@dataclass(frozen=True, slots=True)
class CommunityPage(PlainPage):
    """One Community with all that is known of it."""

    row: Row
    """As in the list."""
    text: str
    """The whole description; empty where there is none."""
    summary: str
    """The description in one line; empty where there is none or it may not be safe for work."""
    qr: QrCode


class CommunityPages:
    """Makes the pages of all ``listed`` Communities, in the language of the root; ``now`` is in Unix seconds."""

    def __init__(self, listed: Iterable[Listed], directory: Directory, now: int) -> None:
        self._listed = {room_key(one): one for one in listed}
        self._site, self._now = directory.site, now
        self._view = site_view(directory.site)
        self._language = site_language(DEFAULT)
        self._rows = RowBuilder(self._listed.values(), directory, now, texts=self._language.texts)

    def pages(self) -> Iterator[CommunityPage]:
        """Every page, in the order of the Communities; a room that comes twice has one."""
        return map(self._page, self._listed.values())

    def _page(self, community: Listed) -> CommunityPage:
        row = self._rows.row(community)
        place = Place(self._site.url, self._language, row.path)
        text = row.description or row.lead
        # A preview is seen by people who did not choose to see it.
        summary = "" if row.nsfw else cut(" ".join(text.split()), SUMMARY_LENGTH)
        return CommunityPage(
            place=place,
            site=self._view,
            checked=self._now,
            structured=structured_community(self._site, place, row.name, summary),
            row=row,
            text=text,
            summary=summary,
            qr=qr_code(row.join_url),
        )

"""The context of the page of a single Community."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sessioncrawler.editorial.config import Directory
from sessioncrawler.site.i18n import DEFAULT, site_language
from sessioncrawler.site.listed import Listed
from sessioncrawler.site.pages import PlainPage, SiteView, site_view
from sessioncrawler.site.places import Place, community_path
from sessioncrawler.site.qr import QrCode, qr_code
from sessioncrawler.site.rows import Provenance, Row, RowBuilder
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
    public_key: str
    qr: QrCode


def community_paths(communities: Iterable[Listed]) -> Iterator[tuple[str, Listed]]:
    """Each Community with the folder of its page: ``c/TOKEN+serverid/``.

    A server id has 32 bits, so a stranger can make a server that has another's. Where two rooms have one identifier,
    each page is named by the whole key, and neither takes the other's place. Letter case does not count, since some
    stores don't keep it. A room that comes twice has one page.
    """
    everybody = {(one.server.public_key, one.room.token.casefold()): one for one in communities}.values()
    taken = Counter(one.identifier.casefold() for one in everybody)
    for one in everybody:
        suffix = one.server.server_id if taken[one.identifier.casefold()] == 1 else one.server.public_key
        yield community_path(one.room.token, suffix), one


class CommunityPages:
    """Makes the pages of all ``listed`` Communities, in the language of the root; ``now`` is in Unix seconds."""

    def __init__(
        self, listed: Iterable[Listed], directory: Directory, now: int, provenance: Provenance | None = None
    ) -> None:
        self._listed = list(listed)
        self._site, self._now = directory.site, now
        self._view: SiteView = site_view(directory.site)
        self._language = site_language(DEFAULT)
        self._rows = RowBuilder(self._listed, directory, now, provenance=provenance, texts=self._language.texts)

    def pages(self) -> Iterator[CommunityPage]:
        """Every page, in the order of the Communities."""
        for path, community in community_paths(self._listed):
            yield self._page(path, community)

    def _page(self, path: str, community: Listed) -> CommunityPage:
        row = self._rows.row(community)
        place = Place(self._site.url, self._language, path)
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
            public_key=community.server.public_key,
            qr=qr_code(row.join_url),
        )

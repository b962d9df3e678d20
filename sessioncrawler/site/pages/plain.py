"""The context of every page but the list: how to join, about, privacy, the page for errors; templates never compute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sessioncrawler.editorial.config import Directory
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.i18n.texts import Texts
from sessioncrawler.site.pages.identity import SiteView, preview_image, site_view
from sessioncrawler.site.pages.listing_sites import ListingSite, listing_site
from sessioncrawler.site.pages.places import Place
from sessioncrawler.site.pages.structured import website
from sessioncrawler.state import SourceSummary


@dataclass(frozen=True, slots=True)
class PlainPage:
    """What the base of all pages shows."""

    place: Place
    site: SiteView
    checked: int
    """Unix seconds of the crawl."""
    structured: dict[str, Any]
    """JSON-LD; empty for none."""

    @property
    def url(self) -> str:
        """Its absolute address; empty where that of the site is unknown, or it has none."""
        return "" if self.place.anywhere else self.place.url

    @property
    def texts(self) -> Texts:
        """The sentences that all pages share."""
        return self.place.language.texts

    @property
    def language(self) -> SiteLanguage:
        """The language of the page."""
        return self.place.language

    @property
    def image(self) -> str:
        """The absolute address of a picture for previews of links; empty where the site has no address of its own."""
        return preview_image(self.place)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A listing site with the number of join links that it showed last."""

    site: ListingSite
    current: int
    last_seen: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class AboutPage(PlainPage):
    """All numbers of the page about the directory."""

    communities: int
    servers: int
    """Those with a listed Community."""
    asked: int
    """Addresses that were asked in this crawl."""
    answered: int
    sources: tuple[SourceView, ...]
    dropped: tuple[tuple[str, int], ...]
    """Why Communities are not listed, translated, and how many; the most frequent reason is first."""

    @property
    def not_listed(self) -> int:
        """How many Communities are not listed."""
        return sum(count for _, count in self.dropped)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a crawl found, as far as the page about the directory tells it."""

    communities: int
    servers: int
    polls: tuple[Poll, ...]
    sources: tuple[SourceSummary, ...]
    dropped: Mapping[str, int]
    """Counts by reason."""


def plain_page(directory: Directory, place: Place, now: int) -> PlainPage:
    """The context of a page that says the same after each crawl; ``now`` is the crawl's time in Unix seconds."""
    return PlainPage(place, site_view(directory.site), now, website(directory.site, place))


def about_page(directory: Directory, place: Place, now: int, findings: Findings) -> AboutPage:
    """The context of the page about the directory."""
    return AboutPage(
        place=place,
        site=site_view(directory.site),
        checked=now,
        structured=website(directory.site, place),
        communities=findings.communities,
        servers=findings.servers,
        asked=len(findings.polls),
        answered=sum(poll.outcome is Outcome.REACHED for poll in findings.polls),
        sources=_sources(findings.sources, directory),
        dropped=_dropped(findings.dropped, place.language),
    )


def _sources(summaries: Iterable[SourceSummary], directory: Directory) -> tuple[SourceView, ...]:
    # A page that the operator added is shown before its first join link, too: people may post there.
    known = {source.url: SourceView(listing_site(source.url), 0, 0) for source in directory.sources}
    known |= {one.source: SourceView(listing_site(one.source), one.current, one.last_seen) for one in summaries}
    return tuple(sorted(known.values(), key=lambda view: (-view.current, view.site.name)))


def _dropped(dropped: Mapping[str, int], language: SiteLanguage) -> tuple[tuple[str, int], ...]:
    counts = [(language.reason(reason), count) for reason, count in dropped.items() if count > 0]
    return tuple(sorted(counts, key=lambda entry: (-entry[1], entry[0])))

"""The page about the directory: where its data comes from, and what is not listed and why, in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sessioncrawler.editorial.config import Directory
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.every_page import Page, plain_page
from sessioncrawler.site.pages.left_out import LeftOut, left_out_by_reason
from sessioncrawler.state import SourceSummary

ABOUT = "about"


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source as readers know it, with the number of join links that it showed last."""

    title: str
    url: str
    """The page that people read; empty for a source that is none."""
    current: int


@dataclass(frozen=True, slots=True)
class AboutPage(Page):
    """All numbers of the page about the directory."""

    communities: int
    asked: int
    """Addresses that were asked in this crawl."""
    answered: int
    sources: tuple[NamedSource, ...]
    left_out: tuple[LeftOut, ...]
    public_key: str
    """Of the signature of the open data; empty where there is none."""
    bundle: int
    """Bytes of all open data in one file; 0 where there is none."""

    @property
    def not_listed(self) -> int:
        """How many Communities are not listed."""
        return sum(one.count for one in self.left_out)


def about_page(
    cards: Cards,
    left_out: Mapping[str, int],
    language: SiteLanguage,
    *,
    polls: Iterable[Poll],
    summaries: Iterable[SourceSummary],
    sources: Mapping[str, tuple[str, str]],
    public_key: str = "",
    bundle: int = 0,
) -> AboutPage:
    """The page about the directory, in ``language``.

    ``cards`` are those of all that is listed, ``left_out`` counts Communities by the reason why they are not. ``polls``
    tell of every address that was asked, ``summaries`` of every source that showed a join link; ``sources`` has title
    and home page of those sources that have a spider of their own, by their names. ``public_key`` belongs to the
    signature of the open data, ``bundle`` is the size of all of them in one file.
    """
    outcomes = [poll.outcome for poll in polls]
    plain = plain_page(cards.directory, cards.now, language, ABOUT)
    return AboutPage(
        place=plain.place,
        site=plain.site,
        checked=plain.checked,
        structured=plain.structured,
        communities=len(cards.all),
        asked=len(outcomes),
        answered=outcomes.count(Outcome.REACHED),
        sources=_named(summaries, cards.directory, sources),
        left_out=left_out_by_reason(left_out, language),
        public_key=public_key,
        bundle=bundle,
    )


def _named(
    summaries: Iterable[SourceSummary], directory: Directory, sources: Mapping[str, tuple[str, str]]
) -> tuple[NamedSource, ...]:
    # A page that the operator added is shown before its first join link, too: people may post there.
    current = {source.url: 0 for source in directory.sources} | {one.source: one.current for one in summaries}
    named = [NamedSource(*(sources.get(name) or _unnamed(name)), current=number) for name, number in current.items()]
    return tuple(sorted(named, key=lambda one: (-one.current, one.title)))


def _unnamed(source: str) -> tuple[str, str]:
    """Title and home page of a source without a spider of its own: its name is its address, if it is one."""
    return source, source if source.startswith(("https://", "http://")) else ""

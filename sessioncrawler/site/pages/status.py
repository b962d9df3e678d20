"""The status page: how every known server answers, what its operator can do, and how well each source does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sessioncrawler.editorial.judge import Judge
from sessioncrawler.explain.address_story import advice_for, bounded, kept, proof_in_short, state_of
from sessioncrawler.explain.outcomes import in_short, outcome_text, proof_text
from sessioncrawler.explain.phrases import LINE
from sessioncrawler.explain.pictures import Icons, pictures_in_short
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.keys import KeyStory, story_of
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, KeyClaim, Outcome, Sighting
from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import STATUS, Place
from sessioncrawler.state import SourceSummary
from sessioncrawler.text import numbers
from sessioncrawler.text.keys import fingerprint
from sessioncrawler.text.messages import N_
from sessioncrawler.text.names import name

A_DAY = 86_400
SOURCE_LENGTH = 200
"""Characters of the name of a source that are shown."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """Who says that a server has which key."""

    key: str
    """In groups of four digits."""
    by: tuple[str, ...]
    believed: bool


@dataclass(frozen=True, slots=True)
class ServerView:
    """One server, or one address of which no server is known. Times are Unix seconds."""

    address: str
    """The best one."""
    page: str
    """The folder of its page; empty where it has none."""
    outcome: str
    """A value of Outcome, or ``unknown`` where it was not asked, or nobody names it any more."""
    troubled: bool
    words: str
    """In English, to go on after "it"."""
    short: str
    """The same as a short sentence in the language of the page."""
    detail: str
    advice: str
    """In the language of the page; ``bounded`` and ``pictures`` are in English."""
    rooms: int
    since: int | None
    """When its present failures began."""
    duration: str
    """How long that is ago; empty where it does not fail."""
    last_success: int | None
    key: str
    """In groups of four digits; empty where it is unknown."""
    key_from: str
    proof: str
    """The same in a few words, such as ``key proven 12 minutes ago``; empty where it was not reached."""
    story: KeyStory | None
    """The same in other languages than English; None where it was not reached."""
    new_since: int | None
    """Since when the key is new; None where it is not."""
    former_key: str
    """The key before that one, in groups of four digits; empty where it is not new."""
    bounded: tuple[str, ...]
    """That more rooms were told than are taken, or than have a place on the page; empty where all have."""
    pictures: tuple[str, ...]
    """How many of its pictures came to nothing, and why; empty where all are well, or none are shown."""
    kept: str
    """That it keeps its Communities although it is silent, in English; empty where it does not."""
    healthy: bool
    """Whether its operator has nothing to do."""
    claims: tuple[ClaimView, ...]
    """Who claims what; empty where nobody disagrees."""
    others: tuple[str, ...]
    """Its other addresses."""
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """How a source does. Times are Unix seconds, None where it never showed a join link."""

    name: str
    ever: int
    """Join links that it ever showed."""
    now: int
    """Those among them that it showed when it was read last."""
    alive: int
    """Those among ``now`` whose server was reached."""
    first_seen: int | None
    last_seen: int | None
    age: str
    """How long ago it showed join links last; empty for never and for in the last day."""
    full: bool = False
    """Whether it shows as many as are taken of one source, so that there may be more."""

    @property
    def share(self) -> str:
        """``alive`` as a percentage of ``now``; a dash where it shows nothing."""
        return f"{self.alive * 100 // self.now} %" if self.now else numbers.UNKNOWN


@dataclass(frozen=True, slots=True)
class StatusPage(Page):
    """Everything that the status page shows. Rooms are counted, never named."""

    summary: str
    servers_alone: bool
    """Whether the pages of servers are in English only."""
    troubled: tuple[ServerView, ...]
    """Those that fail longest first."""
    fine: tuple[ServerView, ...]
    sources: tuple[SourceView, ...]


def status_page(
    known: Knowledge,
    pages: Mapping[str, str] | None = None,
    icons: Icons | None = None,
    language: SiteLanguage | None = None,
    *,
    servers_alone: bool = False,
) -> StatusPage:
    """The status page of what is known when a crawl has ended; ``pages`` are those of servers, by key.

    ``icons`` are what is remembered of pictures; None where none are shown. Details are in English in every
    ``language``; ``servers_alone`` is whether ``pages`` are, too.
    """
    told_in = language or site_language(DEFAULT)
    site = known.directory.site
    groups: dict[str, list[AddressFacts]] = defaultdict(list)
    for netloc, facts in known.addresses.items():
        groups[_server_of(facts) or netloc].append(facts)
    judge = Judge(known.directory, known.now, guess=False)
    views = [
        replace(
            _server(group, known, pages or {}, told_in), pictures=_pictures(_best(group, known), known, judge, icons)
        )
        for group in groups.values()
    ]
    troubled = sorted((view for view in views if view.troubled), key=_longest_first)
    fine = sorted((view for view in views if not view.troubled), key=lambda view: view.address.partition("://")[2])
    answering = told_in.ngettext("%(number)s server answers", "%(number)s servers answer", len(fine))
    failing = told_in.ngettext("%(number)s address does not", "%(number)s addresses do not", len(troubled))
    return StatusPage(
        place=Place(site.url, told_in, STATUS),
        site=site_view(site),
        checked=known.now,
        structured={},
        summary=told_in.gettext("%(answering)s, %(failing)s", answering=answering, failing=failing),
        servers_alone=servers_alone,
        troubled=tuple(troubled),
        fine=tuple(fine),
        sources=_sources(known, told_in),
    )


def _server_of(facts: AddressFacts) -> str:
    """The key by which addresses are one server; empty for what was not reached."""
    return facts.poll.server.public_key if facts.reached and facts.poll and facts.poll.server else ""


def _last_key(facts: AddressFacts) -> str:
    """The key of what was reached there last, now or before; empty where nothing was."""
    told = facts.last.told if facts.last and not facts.reached else None
    return told.server.public_key if told and told.server else _server_of(facts)


def _longest_first(view: ServerView) -> tuple[bool, int, str]:
    return (view.since is None, view.since or 0, view.address)


def _server(
    group: list[AddressFacts], known: Knowledge, pages: Mapping[str, str], language: SiteLanguage
) -> ServerView:
    """One server: the addresses of ``group``, all of which were reached, or a single one that was not."""
    facts = _best(group, known)
    poll, last, state = facts.poll, facts.last, state_of(facts)
    silent = known.carried_at.get(facts.address.netloc)
    told = silent.poll if silent else poll if poll and facts.current else None
    best = _address(facts) if silent is None or silent.poll.server is None else silent.poll.server.address
    server = told.server if told else None
    since = last.failing_since if last else None
    named = {str(address) for one in group for address in (one.address, _address(one))} - {str(best)}
    disputed = next((one for one in group if one.disputed), facts)
    story, advice = story_of(facts, known.now), advice_for(disputed, known.now)
    return ServerView(
        address=str(best),
        page=pages.get(_last_key(facts), ""),
        outcome=poll.outcome.value if poll and facts.current else "unknown",
        troubled=not facts.reached,
        words=state.words,
        short=_short(facts, language),
        detail=name(poll.detail, LINE) if poll and facts.current else "",
        advice=language.gettext(advice),
        rooms=len(told.rooms) if told else 0,
        bounded=tuple(bounded(facts, known)),
        pictures=(),
        kept=kept(facts, known),
        since=since,
        duration=language.duration(known.now - since) if since is not None else "",
        last_success=last.reached_at if last else None,
        key=fingerprint(server.public_key) if server and (facts.reached or silent) else "",
        key_from=proof_text(poll.key_proof) if poll and facts.reached else "",
        proof=proof_in_short(story, known.now) if story else "",
        story=story,
        new_since=story.since if story else None,
        former_key=fingerprint(story.former_key) if story and story.former_key else "",
        healthy=advice == outcome_text(Outcome.REACHED).advice,
        claims=tuple(_claim(claim, disputed) for claim in disputed.disputed),
        others=tuple(sorted(named)),
        sources=_naming(group),
    )


def _pictures(facts: AddressFacts, known: Knowledge, judge: Judge, icons: Icons | None) -> tuple[str, ...]:
    poll = facts.poll
    if icons is None or poll is None or poll.server is None or not facts.reached:
        return ()
    key = poll.server.public_key
    listed = [room for room in poll.rooms if (key, room.token.lower()) not in known.beyond]
    return tuple(pictures_in_short(poll.server, listed, judge, icons))


def _short(facts: AddressFacts, language: SiteLanguage) -> str:
    if facts.opted_out_at is not None:
        return language.gettext(N_("It asks not to be listed."))
    if facts.reached:
        return language.gettext(N_("It answers."))
    if facts.poll is None or not facts.current:
        return language.gettext(N_("It was not asked."))
    return language.gettext(in_short(facts.poll.outcome.value))


def _best(group: list[AddressFacts], known: Knowledge) -> AddressFacts:
    """The address under which the server is listed; the only one of ``group`` where it was not reached."""
    polls = known.servers.get(_server_of(group[0]), ())
    return known.addresses[polls[0].address.netloc] if polls else group[0]


def _address(facts: AddressFacts) -> Address:
    """The address under which a server is listed; the one that was named where it was not reached."""
    server = facts.poll.server if facts.poll else None
    return server.address if server and facts.reached else facts.address


def _claim(claim: KeyClaim, facts: AddressFacts) -> ClaimView:
    by = tuple(name(one, SOURCE_LENGTH) for one in claim.by)
    return ClaimView(fingerprint(claim.public_key), by, claim.public_key == _server_of(facts))


def _naming(group: Iterable[AddressFacts]) -> tuple[str, ...]:
    """Who names a server: sources, ``directory.toml``, servers that redirect to it."""
    sources = {name(sighting.source, SOURCE_LENGTH) for facts in group for sighting in facts.sightings}
    redirects = {f"a redirect from {origin}" for facts in group for origin in facts.redirected_from}
    configured = ["directory.toml"] if any(facts.configured for facts in group) else []
    return (*configured, *sorted(sources), *sorted(redirects))


def _sources(known: Knowledge, language: SiteLanguage) -> tuple[SourceView, ...]:
    current: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in known.sightings:
        if known.on_page_now(sighting):
            current[sighting.source].append(sighting)
    views = [_source(summary, current[summary.source], known, language) for summary in known.sources]
    silent = {source.url for source in known.directory.sources} - {summary.source for summary in known.sources}
    views += [SourceView(name(url, SOURCE_LENGTH), 0, 0, 0, None, None, "") for url in silent]
    return tuple(sorted(views, key=lambda view: view.name))


def _source(summary: SourceSummary, current: list[Sighting], known: Knowledge, language: SiteLanguage) -> SourceView:
    age = known.now - summary.last_seen
    return SourceView(
        name=name(summary.source, SOURCE_LENGTH),
        ever=summary.links,
        now=summary.current,
        alive=sum(known.facts_of(sighting).reached for sighting in current),
        first_seen=summary.first_seen,
        last_seen=summary.last_seen,
        age=language.age(age) if age >= A_DAY else "",
        full=summary.current >= known.links_per_source,
    )

"""The data files of ``v1/``, each a function of what is known (docs/data.md); ``now`` is the time of the crawl.

``polls.json`` holds how long each poll took, so it and the manifest differ from crawl to crawl; all else is the same
for the same inputs. All times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from types import MappingProxyType

from msgspec import Struct

from sessioncrawler.editorial.activity import Activity
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable, language_name
from sessioncrawler.editorial.policy import reason_text
from sessioncrawler.editorial.tags import OFFICIAL
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import KeyProof, Outcome, Poll, Tag, TagKind
from sessioncrawler.opendata.encoding import compact, finite, spread
from sessioncrawler.opendata.records import (
    LICENSE,
    VERSION,
    AddressRecord,
    AvailabilityRecord,
    ClaimRecord,
    CommunitiesFile,
    CommunityRecord,
    FileRecord,
    HomeRecord,
    LanguageRecord,
    ManifestFile,
    NsfwRecord,
    PolicyFile,
    PollRecord,
    PollsFile,
    ReasonRecord,
    ServerRecord,
    ServersFile,
    ShareRecord,
    SourceRecord,
    SourcesFile,
    StaffRecord,
    TagRecord,
)
from sessioncrawler.protocol.keys.memory import place_of
from sessioncrawler.state import Availability, KnownKey, SourceSummary
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed

DIGITS = 4
"""Of shares."""
_OFFICIAL = Tag(OFFICIAL, TagKind.RESERVED)
_PHRASES = {
    "unlisted": ("by its operator's tags", "by their operators' tags"),
    "test": ("test room", "test rooms"),
}
"""Words for one and for many; other reasons have one form."""


class RootPollsFile(Struct, frozen=True):
    """The file ``polls.json`` at the root of the site, which is older than versions."""

    generated_at: str
    polls: list[PollRecord]


def records(
    communities: Iterable[CommunityItem],
    directory: Directory,
    first_listed: Mapping[tuple[str, str], int],
    activity: Mapping[tuple[str, str], Activity] = MappingProxyType({}),
    former: Callable[[CommunityItem], Iterable[str]] = lambda _: (),
) -> list[CommunityRecord]:
    """All records, by identifier, then public key.

    ``first_listed`` gives times, ``activity`` how much happens, by public key and lower-case token; ``former`` gives
    former identifiers.
    """
    flag = LanguageTable(directory).flag

    @cache
    def language(code: str, origin: str | None) -> LanguageRecord:
        # There are far fewer languages than Communities.
        return LanguageRecord(code=code, name=language_name(code), flag=flag(code), origin=origin)

    def record(community: CommunityItem) -> CommunityRecord:
        room, server = community.room, community.server
        key = server.public_key, room.token.lower()
        return CommunityRecord(
            identifier=community.identifier,
            token=room.token,
            name=well_formed(room.name),
            description=well_formed(community.description).rstrip(),
            description_raw=None if room.description is None else well_formed(room.description),
            tags=[TagRecord(well_formed(tag.text), tag.kind) for tag in community.tags],
            topics=list(community.topics),
            language=language(community.language, community.language_from) if community.language is not None else None,
            weekly_active_users=room.weekly_active_users,
            active_users=room.active_users,
            active_users_cutoff=room.active_users_cutoff,
            created=iso(room.created) or None,
            read=room.read,
            write=room.write,
            upload=room.upload,
            staff=StaffRecord(admins=len(set(room.admins)), moderators=len(set(room.moderators))),
            server=HomeRecord(server.server_id, server.public_key, server.address.base_url),
            join_url=server.join_link(room).url,
            preview_url=server.preview_url(room),
            image_id=room.image_id,
            nsfw=NsfwRecord(value=community.nsfw_reason is not None, reason=community.nsfw_reason),
            pinned=community.pinned,
            official=_OFFICIAL in community.tags,
            first_listed=iso(first_listed.get(key)) or None,
            reachable=community.reachable,
            last_reached=iso(community.presence.at) or None if community.presence else None,
            activity=activity.get(key),
            former_identifiers=list(former(community)),
        )

    return [record(one) for one in sorted(communities, key=lambda one: (one.identifier, one.server.public_key))]


def communities_json(records: list[CommunityRecord], now: int) -> bytes:
    """The file ``communities.json``."""
    return compact(CommunitiesFile(VERSION, iso(now), records))


def servers_json_v1(
    records: Iterable[CommunityRecord],
    polls: Iterable[Poll],
    now: int,
    known: Iterable[KnownKey] = (),
    availability: Mapping[str, Availability] = MappingProxyType({}),
) -> bytes:
    """The file ``servers.json``: every server of ``records``, by ``server_id``, then key; ``known`` are proven keys.

    Its addresses are those that were reached and belong to it, by ``polls``; copies of its key are in ``polls.json``
    alone. For servers that keep their Communities the poll is among ``polls`` that reached them last. ``availability``
    is by public key.
    """
    reached: dict[str, list[tuple[str, Poll]]] = {}
    for poll in polls:
        if poll.outcome is Outcome.REACHED and poll.server is not None:
            reached.setdefault(poll.server.public_key, []).append((poll.server.address.base_url, poll))
    proven = {(one.public_key, one.netloc): iso(one.last_proven) for one in known if one.last_proven is not None}
    servers = [
        _server(
            list(rooms),
            proven,
            sorted(reached.get(public_key, ()), key=lambda one: (one[0], one[1].address)),
            _availability(availability.get(public_key)),
        )
        for (_, public_key), rooms in groupby(sorted(records, key=_server_order), key=_server_order)
    ]
    return compact(ServersFile(VERSION, iso(now), servers))


def polls_json_v1(polls: Iterable[Poll], now: int) -> bytes:
    """The file ``polls.json`` of ``v1/``: all polls by address."""
    return compact(PollsFile(VERSION, iso(now), _polls(polls)))


def polls_json(polls: Iterable[Poll], now: int) -> bytes:
    """The file ``polls.json`` at the root of the site: the same without a version, a line for each element."""
    return spread(RootPollsFile(iso(now), _polls(polls)))


def sources_json(sources: Iterable[SourceSummary], now: int) -> bytes:
    """The file ``sources.json``: every source that ever showed a join link, by name."""
    found = [
        SourceRecord(
            name=well_formed(source.source),
            links=source.links,
            current=source.current,
            first_seen=iso(source.first_seen),
            last_seen=iso(source.last_seen),
        )
        for source in sorted(sources, key=lambda one: one.source)
    ]
    return compact(SourcesFile(VERSION, iso(now), found))


def policy_json(listed: int, left_out: Mapping[str, int], now: int) -> bytes:
    """The file ``policy.json``: no name, no token, no server. ``left_out`` counts Communities by reason."""
    ordered = sorted(left_out.items(), key=lambda entry: (-entry[1], entry[0]))
    reasons = [ReasonRecord(reason, count, _phrase(reason, count)) for reason, count in ordered if count > 0]
    unlisted = sum(reason.count for reason in reasons)
    parts = ", ".join(f"{reason.count:,} {reason.text}" for reason in reasons)
    sentence = f"{unlisted:,} unlisted" + (f": {parts}" if parts else "")
    return compact(PolicyFile(VERSION, iso(now), listed, unlisted, sentence, reasons))


def manifest_json(entries: Mapping[str, tuple[int, str]], now: int) -> bytes:
    """The file ``manifest.json``; ``entries`` gives size and SHA-256 (hex) by path below ``v1/``."""
    files = [FileRecord(path, size, sha256) for path, (size, sha256) in sorted(entries.items())]
    return compact(ManifestFile(VERSION, iso(now), LICENSE, files))


def _polls(polls: Iterable[Poll]) -> list[PollRecord]:
    return [_poll(poll) for poll in sorted(polls, key=lambda poll: (poll.address.base_url, poll.outcome))]


def _poll(poll: Poll) -> PollRecord:
    """One poll. Rooms are counted, never named: some of them are not to be listed."""
    return PollRecord(
        address=poll.address.base_url,
        outcome=poll.outcome.value,
        detail=well_formed(poll.detail),
        server=poll.server.address.base_url if poll.server else None,
        public_key=poll.server.public_key if poll.server else None,
        key_proof=poll.key_proof,
        claims=[ClaimRecord(claim.public_key, [well_formed(source) for source in claim.by]) for claim in poll.claims],
        aliases=[alias.base_url for alias in poll.aliases],
        rooms=len(poll.rooms),
        requests=poll.requests,
        tries=poll.tries,
        seconds=finite(poll.seconds),
        repairs=poll.repairs,
    )


def _server_order(community: CommunityRecord) -> tuple[str, str]:
    return community.server.server_id, community.server.public_key


def _server(
    rooms: Sequence[CommunityRecord],
    proven: Mapping[tuple[str, str], str],
    reached: Sequence[tuple[str, Poll]],
    availability: AvailabilityRecord,
) -> ServerRecord:
    home = rooms[0].server
    addresses = [
        AddressRecord(
            address=poll.address.base_url,
            base_url=base_url,
            outcome="reached",
            key_proof=poll.key_proof,
            proven_at=proven.get((home.public_key, place_of(poll))) if poll.key_proof is KeyProof.ONION else None,
        )
        for base_url, poll in reached
    ]
    best = next((one for one in addresses if one.base_url == home.base_url), None)
    visitors = [room.weekly_active_users for room in rooms if room.weekly_active_users is not None]
    return ServerRecord(
        server_id=home.server_id,
        public_key=home.public_key,
        base_url=home.base_url,
        official=rooms[0].official,
        key_proof=best.key_proof if best else None,
        proven_at=best.proven_at if best else None,
        communities=len(rooms),
        weekly_active_users=sum(visitors) if visitors else None,
        addresses=addresses,
        reachable=rooms[0].reachable,
        last_reached=rooms[0].last_reached,
        availability=availability,
    )


def _availability(known: Availability | None) -> AvailabilityRecord:
    counted = known or Availability(0, 0)
    return AvailabilityRecord(
        day=_share(counted.day), week=_share(counted.week), month=_share(counted.month), year=_share(counted.year)
    )


def _share(counted: tuple[int, int]) -> ShareRecord:
    reached, asked = counted
    return ShareRecord(share=round(reached / asked, DIGITS) if asked else None, asked=asked)


def _phrase(reason: str, count: int) -> str:
    one, many = _PHRASES.get(reason, (reason_text(reason), reason_text(reason)))
    return one if count == 1 else many

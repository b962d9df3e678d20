"""Random states: anything that sources, servers, clocks and the operator may have left in one, in a few names."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room, Server, Sighting
from sessioncrawler.protocol.candidates import Candidate, plain
from tests.support.agreeing import Memory
from tests.support.knowing import DAY, NOW

KEYS = tuple(digit * 64 for digit in "abc")
HOSTS = ("a.example", "b.example", "c.example", "d.example", "e.example", "192.0.2.1")
PORTS = (("https", 443), ("https", 443), ("http", 80), ("http", 443), ("https", 8443))
TOKENS = ("lobby", "Lobby", "LOBBY", "two", "hidden", "spam")
DESCRIPTIONS = (None, None, "Chat", "Chat #linux #lang:de", "#test", "Chat #Unlisted", "#nsfw")
TIMES = (*[NOW] * 6, NOW - 3600, NOW - 3600, NOW - 5 * 3600, NOW - DAY, NOW + DAY)
"""Of this round, of earlier ones, and of a clock that was wrong."""


def random_memory(seed: int) -> Memory:
    """The state of a directory that was crawled more than once, by several machines."""
    dice = Random(seed)
    polls = [_poll(dice) for _ in range(dice.randint(2, 10))]
    asked = [poll.address for poll in polls]
    sightings = [_sighting(dice, _one_of(dice, asked)) for _ in range(dice.randint(0, 8))]
    directory = _servers(dice, [_one_of(dice, asked) for _ in range(dice.randint(0, 2))]) + _hide(dice)
    times = [dice.choice(TIMES) for _ in polls]
    served = [poll.server for poll in polls if poll.server and dice.random() < 0.7]
    listed = {server.public_key: server.address for server in served}
    told = list(zip(polls, times, strict=True))
    # Some that told their rooms before say nothing now.
    told += [(Poll(poll.address, Outcome.REFUSED), NOW) for poll, at in told if at < NOW and dice.random() < 0.5]
    bounds = {"ROOMS_ON_PAGE": dice.choice([0, 1, 1]), "NEW_ON_PAGE": dice.choice([0, 1, 1, 2])}
    return Memory(sightings, told, directory, list(listed.items()), bounds)


def _one_of(dice: Random, asked: list[Address]) -> Address:
    """An address that was asked, mostly."""
    return dice.choice(asked) if dice.random() < 0.7 else _address(dice)


def _address(dice: Random) -> Address:
    scheme, port = dice.choice(PORTS)
    return Address(scheme, dice.choice(HOSTS), port)


def _sighting(dice: Random, address: Address) -> Sighting:
    link = JoinLink(address, dice.choice(TOKENS), dice.choice(KEYS))
    source = dice.choice(["lokilocker", "session_directory", "https://list.example/"])
    return Sighting(link, source, (), 0, dice.choice([NOW, NOW - DAY, NOW - 40 * DAY]))


def _poll(dice: Random) -> Poll:
    asked = plain(_address(dice))
    outcome = Outcome.REACHED if dice.random() < 0.6 else dice.choice(list(Outcome))
    aliases = tuple(_address(dice) for _ in range(dice.choice([0, 0, 0, 1, 2])))
    poll = Poll(asked, outcome, aliases=aliases, key_proof=dice.choice(list(KeyProof)))
    if outcome in {Outcome.REACHED, Outcome.NO_KEY, Outcome.KEY_CONFLICT}:
        answered = dice.choice([*Candidate(asked).addresses(), *([_address(dice)] if dice.random() < 0.1 else [])])
        rooms = tuple(_room(dice) for _ in range(dice.randint(1, 4)))
        poll = replace(poll, server=Server(answered, dice.choice(KEYS)), rooms=rooms)
    return poll


def _room(dice: Random) -> Room:
    token, may = dice.choice(TOKENS), dice.choice([True, True, True, None, False])
    return Room(
        token,
        f"Room {token}",
        description=dice.choice(DESCRIPTIONS),
        created=dice.choice([None, 1.0, 1.0, 2.0]),
        read=may,
        write=dice.choice([may, True]),
    )


def _servers(dice: Random, addresses: list[Address]) -> str:
    """``[[servers]]`` of today; others that were polled stood there once."""
    entries = {str(address): dice.choice(KEYS) for address in addresses}
    return "".join(f'[[servers]]\nurl = "{url}"\npublic_key = "{key}"\n' for url, key in entries.items())


def _hide(dice: Random) -> str:
    patterns = dice.sample([f"hidden+{KEYS[0][:8]}", f"spam+{KEYS[1][:8]}", KEYS[2], "e.example"], dice.randint(0, 2))
    until = [dice.choice(["", "until = 2026-01-01\n", "since = 2026-01-22\n"]) for _ in patterns]
    return "".join(f'[[hide]]\nmatch = "{one}"\nreason = "x"\n{day}' for one, day in zip(patterns, until, strict=True))

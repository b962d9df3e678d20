"""Identifiers of former addresses lead to where a Community is now."""

import hashlib
from dataclasses import replace

from sessioncrawler.knowledge.former import MOST, Former, FormerIdentifiers
from sessioncrawler.model import Address, Server
from sessioncrawler.state import Facts, KnownKey, Listed
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, http, knowledge, link, reached, room

OLD, OLDER = http("old.example"), http("older.example")
HERE = Server(HOST, KEY)


def known(address: Address, published: int | None, key: str = KEY) -> KnownKey:
    return KnownKey(key, address, shown_at=NOW, published_at=published)


def listed(since: int, token: str = "lobby", key: str = KEY) -> Listed:
    return Listed(Facts(key, token, "", "", ""), since, NOW, None)


def called(address: Address, token: str = "lobby", key: str = KEY) -> str:
    return f"{token}+{Server(address, key).server_id}"


def former(*keys: KnownKey, since: int = 0, present=((HERE, "lobby"),)) -> tuple[str, ...]:
    history = [listed(since, token, server.public_key) for server, token in present]
    return tuple(one.identifier for one in FormerIdentifiers(present, keys, history).of(KEY, "LOBBY"))


def test_the_latest_address_comes_first_and_one_that_was_never_published_does_not_count():
    keys = [known(OLDER, 10), known(OLD, 20), known(HOST, 30), known(http("seen.example"), None)]
    assert former(*keys) == (called(OLD), called(OLDER))
    assert former(known(HOST, 30)) == ()


def test_a_community_that_was_listed_after_the_move_never_was_at_the_old_address():
    keys = [known(OLDER, 10), known(OLD, 20), known(HOST, 30)]
    assert former(*keys, since=19) == (called(OLD), called(OLDER))
    assert former(*keys, since=20) == (called(OLD),)
    assert former(*keys, since=30) == ()


def test_a_server_that_came_back_to_its_first_address_was_at_the_other_one():
    assert former(known(HOST, 10), known(OLD, 20)) == (called(OLD),)


def test_what_is_not_listed_has_no_former_identifiers():
    assert FormerIdentifiers([(HERE, "lobby")], [known(OLD, 20), known(HOST, 30)], []).of(KEY, "lobby") == ()


def test_the_number_is_bounded():
    keys = [known(http(f"h{number:02}.example"), number) for number in range(1, 20)]
    found = former(*keys, known(HOST, 30))
    assert len(found) == MOST
    assert found[0] == called(http("h19.example"))


def twin(address: Address) -> Address:
    """An address of another host with the same server id."""
    wanted = Server(address, KEY).server_id
    hosts = (f"{number}.evil.example" for number in range(1_000_000))
    return next(
        http(host) for host in hosts if hashlib.md5(host.encode(), usedforsecurity=False).hexdigest()[:4] == wanted[4:]
    )


def test_a_stranger_cannot_take_an_identifier_that_another_had_before():
    forged = KEY[:4] + OTHER[4:]
    evil = Server(http("now.evil.example"), forged)
    keys = [known(OLD, 20), known(HOST, 30), known(twin(OLD), 21, forged), known(evil.address, 31, forged)]
    present = ((HERE, "lobby"), (evil, "lobby"))
    found = FormerIdentifiers(present, keys, [listed(0), listed(0, key=forged)])
    assert found.of(KEY, "lobby") == (Former(called(OLD), OLD, 30),)
    assert found.of(forged, "lobby") == ()


def test_an_identifier_that_somebody_carries_now_is_nobodys_former_one():
    forged = replace(HERE, public_key=KEY[:4] + OTHER[4:], address=twin(OLD))
    assert former(known(OLD, 20), known(HOST, 30), present=((HERE, "lobby"), (forged, "Lobby"))) == ()


def test_knowledge_names_those_of_its_communities():
    keys = (known(OLD, NOW - 9 * DAY), known(HOST, NOW - DAY))
    all_known = knowledge(reached(room()), links=[link()], keys=keys, listed=(listed(NOW - 9 * DAY),))
    (item,) = all_known.communities()
    assert all_known.former_identifiers(item) == (called(OLD),)

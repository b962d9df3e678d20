"""News of Communities are bounded a server and day: strangers decide how often their rooms come and go."""

from __future__ import annotations

from collections import Counter

from sessioncrawler.state import Bounds, EventKind, Facts

DAY, HOUR = 86_400, 3_600
START = 20_000 * DAY
LOUD, HONEST = "a" * 64, "b" * 64
USUAL = Bounds(news=10, news_days=90, remembered=1_000)


def room(number, key=LOUD, host="loud.example"):
    return Facts(key, f"r{number}", f"r{number}+0", f"Room {number}", f"https://{host}/r{number}?public_key={key}")


ROOMS = [room(number) for number in range(100)]
BESIDE = [room(number, HONEST, "honest.example") for number in range(3)]


def told(state, key=LOUD):
    return Counter((one.kind, bool(one.more)) for one in state.events(100_000) if one.facts.public_key == key)


def test_rooms_that_flap_make_a_few_news_a_day(state):
    state.record_listing([*ROOMS, *BESIDE[:1]], [], START, USUAL)
    happened = in_short = 0
    for crawl in range(1, 48):
        shown = [] if crawl % 2 else ROOMS
        changes = state.record_listing([*shown, *BESIDE[: 1 + (crawl > 20)]], [], START + crawl * HOUR // 2, USUAL)
        happened, in_short = happened + len(changes.happened), in_short + changes.in_short
    assert (happened, in_short) == (47 * 100 + 1, 47 * 100 - 10)
    assert told(state) == {(EventKind.GONE, False): 10, (EventKind.GONE, True): 1, (EventKind.RETURNED, True): 1}
    more = {one.kind: one.more for one in state.events() if one.more}
    assert more == {EventKind.GONE: 24 * 100 - 10, EventKind.RETURNED: 23 * 100}
    assert [one.facts.token for one in state.events() if one.facts.public_key == HONEST] == ["r1"]


def test_the_next_day_has_news_of_its_own(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing([*ROOMS, BESIDE[0]], [], START + HOUR, USUAL)
    state.record_listing([BESIDE[0]], [], START + DAY, USUAL)
    assert told(state) == {(kind, more): 1 if more else 10 for kind in ("new", "gone") for more in (True, False)}
    assert {one.more for one in state.events()} == {0, 90}


def test_an_entry_that_stands_for_many_names_nobody(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing([*ROOMS, BESIDE[0]], [], START + HOUR, USUAL)
    [one] = [one for one in state.events() if one.more]
    assert (one.at, one.facts) == (START + HOUR, Facts(LOUD, "", "", "", "https://loud.example/"))


def test_an_entry_that_stands_for_more_by_now_is_of_now(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing([*ROOMS[:20], BESIDE[0]], [], START + HOUR, USUAL)
    state.record_listing([*ROOMS[:25], BESIDE[0]], [], START + 2 * HOUR, USUAL)
    assert [(one.at, one.more) for one in state.events() if one.more] == [(START + 2 * HOUR, 15)]


def test_a_server_that_takes_another_key_each_crawl_is_one_server(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    for crawl in range(20):
        key = f"{crawl:064x}"
        rooms = [room(number, key, f"loud.example:{8000 + crawl}") for number in range(50)]
        state.record_listing([*rooms, BESIDE[0]], [], START + crawl * HOUR, USUAL)
    assert Counter((one.kind, bool(one.more)) for one in state.events(100_000)) == {
        (EventKind.NEW, False): 10,
        (EventKind.NEW, True): 1,
        (EventKind.GONE, True): 1,
    }


def test_news_are_forgotten_in_the_end(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing(BESIDE[:2], [], START + DAY, USUAL)
    state.record_listing(BESIDE, [], START + 91 * DAY, USUAL)
    assert [one.facts.token for one in state.events()] == ["r2", "r1"]
    state.record_listing(BESIDE, [], START + 91 * DAY + 1, USUAL)
    assert [one.facts.token for one in state.events()] == ["r2"]


def test_many_servers_together_leave_everybody_the_latest(state, monkeypatch):
    monkeypatch.setattr("sessioncrawler.state.news.KEPT", 100)
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing(BESIDE, [], START + HOUR, USUAL)
    for day in range(1, 5):
        loud = [room(10 * day + number, f"{key:064x}", f"h{key}.example") for key in range(20) for number in range(5)]
        state.record_listing([*BESIDE, *loud], [], START + day * DAY, USUAL)
    kept = Counter(one.facts.public_key for one in state.events(100_000))
    assert kept.total() <= 100
    assert kept[HONEST] == 2
    assert max(kept.values()) - min(each for key, each in kept.items() if key != HONEST) <= 1


def test_the_bound_is_a_setting(state):
    few = Bounds(news=2)
    state.record_listing([BESIDE[0]], [], START, few)
    state.record_listing(BESIDE + ROOMS[:3], [], START + HOUR, few)
    assert told(state) == {(EventKind.NEW, False): 2, (EventKind.NEW, True): 1}
    assert told(state, HONEST) == {(EventKind.NEW, False): 2}


def test_what_is_withdrawn_leaves_the_news(state):
    state.record_listing([BESIDE[0]], [], START, USUAL)
    state.record_listing([*ROOMS, BESIDE[0]], [], START + HOUR, USUAL)
    state.record_listing([BESIDE[0]], [one.key for one in ROOMS], START + 2 * HOUR, USUAL)
    assert told(state) == {(EventKind.NEW, True): 1}

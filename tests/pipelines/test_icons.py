"""Icons of rooms, in crawls of a small spider: which are fetched, kept, moved and shown."""

from io import BytesIO

import pytest
from PIL import Image

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Server
from sessioncrawler.pipelines.icons import icon_path
from sessioncrawler.state import Facts, State
from tests.pipelines.icon_crawls import DAY, KEY, NOW, Answers, IconCrawls, counts, icons, picture, room
from tests.support.loopback import Answer, serve


@pytest.fixture
def crawl(tmp_path):
    return IconCrawls(tmp_path)


def test_a_new_icon_is_shown_and_a_known_one_costs_no_request(crawl):
    answers = Answers(lobby__1=picture())
    with serve(answers) as url:
        done, shown = crawl([room(url), room(url, "bare", None)])
        assert counts(done) == {"fetched": 1, "shown": 1}
        assert icons(done) == [icon_path(KEY, "lobby", 1), None]
        assert any("poll" in item for item in done.items)
        ((path, content),) = shown.items()
        assert path == icons(done)[0]
        image = Image.open(BytesIO(content))
        assert (image.format, image.size) == ("WEBP", (64, 64))
        again, same = crawl([room(url)], NOW + DAY)
    assert counts(again) == {"known": 1, "shown": 1}
    assert same == shown
    assert answers.asked == ["/room/lobby/file/1"]


def test_an_icon_outlives_a_server_that_fails_and_is_replaced_later(crawl):
    answers = Answers(lobby__1=picture("one"))
    with serve(answers) as url:
        _, first = crawl([room(url)])
        answers.clear()
        answers.update(Answers(lobby__1=Answer(b"", 500), lobby__2=Answer(b"", 500)))
        done, kept = crawl([room(url, image_id=2)], NOW + DAY)
        assert counts(done) == {"http-status": 1, "kept": 1}
        assert icons(done) == [icon_path(KEY, "lobby", 1)]
        assert kept == first
        done, kept = crawl([room(url)], NOW + 91 * DAY)  # the time to look for a change has come
        assert counts(done) == {"http-status": 1, "shown": 1}
        assert kept == first
        answers.update(Answers(lobby__2=picture("two")))
        done, second = crawl([room(url, image_id=2)], NOW + 92 * DAY)
        assert counts(done) == {"fetched": 1, "shown": 1}
        assert list(second) == icons(done) == [icon_path(KEY, "lobby", 2)]
        assert set(second.values()) != set(first.values())
        done, none = crawl([room(url, image_id=None)], NOW + 93 * DAY)
    assert icons(done) == [None]
    assert none == {}


def test_a_picture_from_a_copier_never_shows_on_its_victim(crawl):
    """Both show one key; each gives a picture of the same number, the copier first."""
    with serve(Answers(lobby__1=picture("copier"))) as copier, serve(Answers(lobby__1=picture("victim"))) as victim:
        done, _ = crawl([room(copier), room(victim)])
        assert counts(done)["fetched"] == 2
        done, shown = crawl([room(victim)], NOW + DAY)
        (content,) = shown.values()
        assert [crawl([room(victim)], NOW + 200 * DAY)[1]] == [{icon_path(KEY, "lobby", 1): content}]
        assert crawl([room(copier)], NOW + DAY)[1] != shown


def remember_keys(folder, *proven, published):
    """That a key was proven at addresses, and published at one."""
    addresses = [Address("http", "127.0.0.1", int(url.rpartition(":")[2])) for url in proven]
    with State.open(f"sqlite:///{folder}/state.db") as state:
        for address in addresses:
            poll = Poll(address, Outcome.REACHED, server=Server(address, KEY), key_proof=KeyProof.ONION)
            state.record_polls([poll], NOW)
        state.record_listing(
            [Facts(KEY, "lobby", "lobby+118d", "Lobby", f"{published}/lobby?public_key={KEY}")], [], NOW
        )


@pytest.mark.parametrize(("proven_there", "was_published"), [(True, True), (False, True), (True, False)])
def test_a_server_that_moved_takes_its_icons_along(crawl, tmp_path, proven_there, was_published):
    """Not from an address that only wears the key, nor from a relay: that hands over pictures of its own."""
    with serve(Answers(lobby__1=picture())) as old, serve(Answers()) as new:
        crawl([room(old)])
        remember_keys(tmp_path, new, *([old] if proven_there else []), published=old if was_published else new)
        moved, icons = crawl([room(new)])
        expected = {icon_path(KEY, "lobby", 1)} if proven_there and was_published else set()
        assert set(icons) == expected
        assert moved.stats.get("icons/moved", 0) == len(expected)
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        assert len(state.icons()) == 1 + len(expected)


def test_an_icon_goes_with_the_key_of_its_server(crawl):
    with serve(Answers(lobby__1=picture())) as url:
        crawl([room(url)])
        done, _ = crawl([room(url, key="ab" * 32)], NOW + DAY)
    assert counts(done) == {"fetched": 1, "shown": 1}
    assert icons(done) == [icon_path("ab" * 32, "lobby", 1)]


def test_an_icon_is_fetched_anew_when_it_expires_and_forgotten_in_the_end(crawl, tmp_path):
    answers = Answers(lobby__1=picture(), other__1=picture())
    with serve(answers) as url:
        crawl([room(url), room(url, "gone")])
        crawl([room(url)], NOW + 9 * DAY, ICONS_EXPIRE_DAYS=10)
        crawl([room(url)], NOW + 10 * DAY, ICONS_EXPIRE_DAYS=10)
        crawl([room(url, "other")], NOW + 25 * DAY, ICONS_EXPIRE_DAYS=10)
    assert answers.asked.count("/room/lobby/file/1") == 2
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        assert {icon.fetched_at for icon in state.icons()} == {NOW + 10 * DAY, NOW + 25 * DAY}


def test_some_icons_are_never_asked_for(crawl):
    answers = Answers(allowed__1=picture())
    rules = f'[icons]\nallow = ["allowed+{KEY}"]\nblock = ["blocked+{KEY[:8]}", "127.0.0.2"]\n'
    rules += f'[[hide]]\nmatch = "hidden+{KEY[:8]}"\nreason = "spam"\n'
    with serve(answers) as url:
        rooms = [
            room(url, "nsfw", name="porn"),
            room(url, "allowed", description="#nsfw"),
            room(url, "blocked"),
            room(url, "hidden"),
            room(url, "test", description="#test"),
            room("http://127.0.0.2:9", "elsewhere"),
            room(url, "closed", read=False),
        ]
        done, shown = crawl(rooms, rules=rules)
    assert counts(done) == {"nsfw": 1, "fetched": 1, "shown": 1, "blocked": 2, "unreadable": 1}
    assert [icon for icon in icons(done) if icon] == [icon_path(KEY, "allowed", 1)]
    assert answers.asked == ["/room/allowed/file/1"]
    assert len(shown) == 1


def test_what_is_shown_no_more_is_taken_from_the_site(crawl):
    rules = f'[[rate]]\nmatch = "lobby+{KEY[:8]}"\nrating = "nsfw"\n'
    with serve(Answers(lobby__1=picture())) as url:
        assert len(crawl([room(url)])[1]) == 1
        assert crawl([room(url)], rules=rules)[1] == {}
        assert crawl([room(url)], ICONS_ENABLED=False)[1] == {}


def test_icons_can_be_switched_off(crawl):
    answers = Answers(lobby__1=picture())
    with serve(answers) as url:
        done, _ = crawl([room(url)], ICONS_ENABLED=False)
    assert icons(done) == [None]
    assert not answers.asked
    assert not counts(done)

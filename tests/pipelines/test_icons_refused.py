"""Pictures that are none or never come, servers that fail: icons in crawls of a small spider."""

import gzip

import pytest

from simnet.images import checked
from tests.pipelines.icon_crawls import DAY, NOW, Answers, IconCrawls, counts, icons, picture, room
from tests.support.loopback import Answer, refusing, serve, silent


@pytest.fixture
def crawl(tmp_path):
    return IconCrawls(tmp_path)


HOSTILE = {
    "html__1": (Answer(b"<html><script>alert(1)</script>"), "not-an-image"),
    "empty__1": (Answer(b""), "empty"),
    "cut__1": (Answer(checked("cut")[:60]), "broken"),
    "large__1": (Answer(checked("large") + bytes(1_000_000)), "too-large"),
}


def test_pictures_that_are_none_are_refused_once_for_long(crawl):
    answers = Answers(**{path: answer for path, (answer, _) in HOSTILE.items()})
    with serve(answers) as url:
        rooms = [room(url, path.partition("__")[0]) for path in HOSTILE]
        done, shown = crawl(rooms)
        assert counts(done) == {reason: 1 for _, reason in HOSTILE.values()}
        assert icons(done) == [None] * 4
        assert shown == {}
        again, _ = crawl(rooms, NOW + DAY)
    assert counts(again) == {"known": 4}
    assert len(answers.asked) == 4


def test_a_new_picture_that_is_none_takes_the_old_one_away(crawl):
    with serve(Answers(lobby__1=picture(), lobby__2=Answer(b"GIF89a"))) as url:
        crawl([room(url)])
        done, shown = crawl([room(url, image_id=2)], NOW + DAY)
    assert icons(done) == [None]
    assert shown == {}


def test_a_picture_that_is_missing_is_looked_for_again(crawl):
    answers = Answers(moved__1=Answer(b"", 302, {"Location": "/room/lobby/file/1"}), lobby__1=picture())
    with serve(answers) as url:
        done, _ = crawl([room(url, "missing"), room(url, "moved"), room(url)])
        assert counts(done) == {"http-status": 2, "fetched": 1, "shown": 1}
        crawl([room(url, "missing")])
    assert answers.asked.count("/room/missing/file/1") == 2
    assert answers.asked.count("/room/lobby/file/1") == 1


def test_a_server_that_fails_is_soon_left_alone(crawl):
    answers = Answers(one__1=Answer(b"", 500), two__1=Answer(b"", 429), three__1=picture())
    with serve(answers) as url, refusing() as down:
        rooms = [*[room(url, token) for token in ("one", "two", "three")], *[room(down, str(n)) for n in range(4)]]
        done, _ = crawl(rooms)
    assert counts(done) == {"http-status": 2, "later": 3, "refused": 2}
    assert len(answers.asked) == 2


def test_compressed_bombs_are_not_unpacked(crawl):
    packed = Answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    with serve(Answers(lobby__1=packed)) as url:
        done, shown = crawl([room(url)])
    assert counts(done) == {"failed": 1}
    assert shown == {}


def test_a_server_is_asked_for_a_few_icons_in_a_crawl(crawl):
    answers = Answers(**{f"r{number}__1": picture(str(number)) for number in range(5)})
    with serve(answers) as url:
        rooms = [room(url, f"r{number}") for number in range(5)]
        done, _ = crawl(rooms, ICONS_PER_SERVER=2)
        assert counts(done) == {"fetched": 2, "later": 3, "shown": 2}
        done, shown = crawl(rooms, ICONS_PER_SERVER=2)
        assert counts(done) == {"known": 2, "fetched": 2, "later": 1, "shown": 4}
    assert len(shown) == 4


def test_no_icon_is_asked_for_when_the_time_is_up(crawl):
    with serve(Answers(lobby__1=picture())) as url:
        done, _ = crawl([room(url)], ICONS_BUDGET=0)
    assert counts(done) == {"later": 1}


def test_what_drips_is_not_waited_for_when_all_servers_have_answered(crawl):
    """Two pictures that never come, and one that does: the publication waits for ICONS_GRACE alone."""
    with serve(Answers(lobby__1=picture())) as url, silent() as other:
        done, shown = crawl(
            [room(other), room(url, key="ab" * 32)], ALL_ANSWERED=True, ICONS_GRACE=1, PATIENT_RETRY_TIMEOUT=30
        )
    assert done.reason == "finished"
    assert done.stats["elapsed_time_seconds"] < 20
    assert len(shown) <= 1


def test_a_state_that_cannot_be_used_is_told_once(crawl, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    with serve(Answers(lobby__1=picture())) as url:
        done, shown = crawl([room(url)], STATE_URL=f"sqlite:///{tmp_path}/broken.db")
    assert done.stats["state/failed"] == 1
    assert done.log.count("The icons that were fetched are not kept.") == 1
    assert done.reason == "state_failed"
    assert shown == {}

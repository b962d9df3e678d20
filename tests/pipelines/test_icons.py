"""Icons in real crawls: of small spiders against one server, and of a whole simulated network."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Server
from sessioncrawler.pipelines.icons import icon_path
from sessioncrawler.state import Facts, State
from simnet import SimNet
from simnet.images import checked
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, refusing, serve, silent
from tests.support.sogs_world import crawl_world, identifier

SPIDERS = '''
import json
import scrapy
from scrapy.exceptions import DontCloseSpider
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.signals import all_answered


class Rooms(scrapy.Spider):
    """Yields what servers answer with the rooms of the setting ROOMS; when that is done, these as Communities."""

    name = "rooms"
    start_urls = ["data:,x"]

    def servers(self):
        found = {}
        for url, key, facts in json.loads(self.settings["ROOMS"]):
            scheme, _, netloc = url.partition("://")
            host, _, port = netloc.partition(":")
            found.setdefault(Server(Address(scheme, host, int(port)), key, proven=True), []).append(Room(**facts))
        return found.items()

    def parse(self, response):
        for server, rooms in self.servers():
            proof = KeyProof.ONION
            yield AnswerItem(Poll(server.address, Outcome.REACHED, server=server, rooms=tuple(rooms), key_proof=proof))
        yield AnswerItem(Poll(Address("http", "other.example", 80), Outcome.REFUSED))
        yield scrapy.Request("data:,y", self.publish)

    def publish(self, response):
        for server, rooms in self.servers():
            for room in rooms:
                yield CommunityItem(server, room)
        yield PollItem(Poll(Address("http", "other.example", 80), Outcome.REFUSED))
'''
KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
DAY = 86_400
NOW = 1_769_083_200


class Answers(dict):
    """Answers by path that remember what was asked."""

    def __init__(self, **answers):
        super().__init__({f"/room/{path.replace('__', '/file/')}": answer for path, answer in answers.items()})
        self.asked = []

    def get(self, path, default=None):
        self.asked.append(path)
        return super().get(path, default)


def picture(seed="one"):
    return Answer(checked(seed))


def room(url, token="lobby", image_id=1, *, key=KEY, **facts):
    return [url, key, {"token": token, "name": token, "image_id": image_id, **facts}]


@pytest.fixture
def crawl(tmp_path):
    """A function that crawls a list of rooms and gives the crawl and the icons that are shown, by path."""
    (tmp_path / "icon_spiders.py").write_text(SPIDERS)

    def run(rooms, now=NOW, rules="", **settings):
        config = '[site]\nname = "n"\nurl = "https://example.org/"\ncontact = "c"\n' + rules
        (tmp_path / "directory.toml").write_text(config)
        job = {
            "ROOMS": json.dumps(rooms),
            "CRAWL_TIME": now,
            "STATE_URL": f"sqlite:///{tmp_path}/state.db",
            "DIRECTORY_CONFIG": str(tmp_path / "directory.toml"),
            "ITEM_PIPELINES": {"sessioncrawler.pipelines.icons.IconsPipeline": 600},
            "ICONS_ENABLED": True,
            **settings,
        }
        (done,) = run_crawls([Job("icon_spiders.Rooms", {}, job)], folder=tmp_path)
        assert "Traceback" not in done.log, done.log
        if done.reason != "finished":
            return done, {}
        with State.open(job["STATE_URL"]) as state:
            contents = state.icon_contents()
        listed = [item for item in done.items if "room" in item and item["icon"]]
        return done, {item["icon"]: contents[place(item)] for item in listed}

    return run


def place(item):
    """``host:port`` and token of a room."""
    return Server(Address(**item["server"]["address"]), "").address.netloc, item["room"]["token"].lower()


def counts(done):
    return {name[6:]: count for name, count in done.stats.items() if name.startswith("icons/")}


def icons(done):
    return [item["icon"] for item in done.items if "room" in item]


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


def test_what_drips_is_not_waited_for_when_all_servers_have_answered(crawl, tmp_path):
    """Two pictures that never come, and one that does: the publication waits for ICONS_GRACE alone."""
    spider = (tmp_path / "icon_spiders.py").read_text()
    told = "        self.crawler.signals.send_catch_log(all_answered)\n"
    (tmp_path / "icon_spiders.py").write_text(spider.replace("    def publish(", told + "\n    def publish("))
    spider = spider.replace("    def parse(self, response):\n", "    def parse(self, response):\n" + told)
    (tmp_path / "icon_spiders.py").write_text(spider)
    with serve(Answers(lobby__1=picture())) as url, silent() as other:
        done, shown = crawl([room(other), room(url, key="ab" * 32)], ICONS_GRACE=1, PATIENT_RETRY_TIMEOUT=30)
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


def test_icons_can_be_switched_off(crawl):
    answers = Answers(lobby__1=picture())
    with serve(answers) as url:
        done, _ = crawl([room(url)], ICONS_ENABLED=False)
    assert icons(done) == [None]
    assert not answers.asked
    assert not counts(done)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """The hostile network, as far as its pictures, crawled without icons and with them."""
    with SimNet(scenario="hostile", servers=7) as net:
        folder = tmp_path_factory.mktemp("icons")
        without = crawl_world(net, folder / "without")
        net.reset_log()
        return (
            net.truth,
            without,
            crawl_world(net, folder / "with", ICONS_ENABLED=True, ICONS_GRACE=60),
            net.requests(),
        )


def test_exactly_the_good_pictures_are_shown(worlds):
    truth, _, world, _ = worlds
    good = {community.identifier for community in truth.communities if community.picture}
    shown = {identifier(item): item["icon"] for item in world.communities if item["icon"]}
    safe = {identifier(item) for item in world.communities if not item["nsfw_reason"]}
    assert set(shown) == good & safe
    assert len(shown) > 4
    files = {f"icons/{path.name}" for path in (world.folder / "site" / "icons").iterdir()}
    assert files == set(shown.values())
    assert "Traceback" not in world.crawl.log


def test_icons_change_nothing_else(worlds):
    _, without, world, _ = worlds
    bare = [{**item, "icon": None} for item in world.communities]
    assert sorted(bare, key=identifier) == sorted(without.communities, key=identifier)
    files = [Path(one.folder, "site", "servers.json").read_bytes() for one in (world, without)]
    assert files[0] == files[1]
    with State.open(f"sqlite:///{world.folder}/state.db") as state:
        assert {listing.facts.identifier for listing in state.listings()} == set(world.listed())


def test_hostile_pictures_cost_little_memory(worlds):
    _, without, world, _ = worlds
    assert world.crawl.stats["memusage/max"] - without.crawl.stats["memusage/max"] < 60_000_000


def test_each_picture_is_asked_for_once_and_one_at_a_time(worlds):
    _, _, _, requests = worlds
    asked = [(request.server, request.path) for request in requests if "/file/" in request.path]
    endless = {each for each in asked if asked.count(each) > 1}
    assert len(asked) > 10
    assert all(path.endswith("/file/9012") for _, path in endless)


def test_other_tests_see_no_requests_for_icons(worlds):
    _, without, _, _ = worlds
    assert not [item for item in without.communities if item["icon"]]

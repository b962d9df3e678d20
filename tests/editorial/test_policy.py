import pytest

from sessioncrawler.editorial.config import Rating, parse_directory
from sessioncrawler.editorial.policy import REASON_TEXTS, Policy, Reason, reason_text
from sessioncrawler.model import Room
from tests.support.editorial_data import KEY, NOW, recorded_rooms, room, server

TEXT = f"""
[site]
name = "Rooms"
url = "https://example.org/"
contact = "a@example.org"
[[servers]]
url = "https://sog.caliban.org"
public_key = "{KEY}"
official = true
[[servers]]
url = "https://other.example"
public_key = "{"0" * 64}"
[[hide]]
match = "spam+118d"
reason = "only advertising"
until = 2026-01-31
[[hide]]
match = "bad.example"
reason = "a copy"
[[hide]]
match = "past+118d"
reason = "over"
until = 2026-01-21
[[pin]]
match = "general+{KEY}"
[[pin]]
match = "later+{KEY}"
since = 2026-01-23
[[rate]]
match = "118d818a"
rating = "nsfw"
[[rate]]
match = "general+{KEY[:16]}"
rating = "safe"
until = 2026-01-22
[[staff]]
match = "general+{KEY}"
count = 3
[[project]]
match = "general+{KEY}"
"""


@pytest.fixture
def policy() -> Policy:
    return Policy(parse_directory(TEXT, "d.toml"), NOW)


@pytest.mark.parametrize(
    ("place", "each", "tags", "reason", "sentence"),
    [
        (server(), room(read=False, write=False), [], Reason.CLOSED, "neither read nor written"),
        (server(), room(), ["Test"], Reason.TEST, "as a test"),
        (server(), room(), ["unlisted"], Reason.UNLISTED, "as unlisted"),
        (server(), room("spam"), [], Reason.HIDDEN, "hides it until 2026-01-31: only advertising"),
        (server("bad.example"), room(), [], Reason.HIDDEN, "hides it: a copy"),
    ],
)
def test_off_the_record(place, each, tags, reason, sentence):
    verdict = Policy(parse_directory(TEXT, "d.toml"), NOW).off_record(place, each, tags)
    assert verdict.reason is reason
    assert sentence in verdict.sentence


@pytest.mark.parametrize(
    ("each", "tags"),
    [
        (room(), ["testing", "latest"]),
        (room("test", "test"), []),
        (room("past"), []),
        (room(read=None, write=None), []),
        (room(read=False, write=None), []),
        (room(read=False, write=True), []),
        (room(read=True, write=False), []),
    ],
)
def test_on_the_record(policy, each, tags):
    assert policy.off_record(server(), each, tags) is None


def test_pins_hold_while_they_are_in_force(policy):
    assert policy.pinned(server(), room())
    assert not policy.pinned(server(), room("later"))


def test_the_most_specific_rating_counts_while_it_is_in_force(policy):
    assert policy.rating(server(), room()) is Rating.SAFE
    assert policy.rating(server(), room("other")) is Rating.NSFW
    assert policy.rating(server("a.example"), room("other")) is None
    later = Policy(parse_directory(TEXT, "d.toml"), NOW + 86_400)
    assert later.rating(server(), room()) is Rating.NSFW


def test_staff_and_project_rooms_are_known(policy):
    assert policy.staff(server(), room()) == 3
    assert policy.staff(server(), room("other")) is None
    assert policy.project(server(), room())
    assert not policy.project(server(), room("other"))


def test_the_key_makes_a_server_official(policy):
    assert policy.official(server("a.example"))
    assert not policy.official(server(key="0" * 64))
    assert not policy.official(server(key="1" * 64))


def test_the_recorded_directory_keeps_six_rooms_off_the_record(policy):
    hidden = [
        each["token"]
        for _, each in recorded_rooms()
        if policy.off_record(
            server("a.example", key="1" * 64),
            Room(each["token"], each["name"], read=each["read"], write=each["write"]),
            each["string_tags"],
        )
    ]
    assert hidden == ["groups", "test", "icon", "abuse", "emergency", "moderation"]


def test_every_reason_has_words():
    assert set(REASON_TEXTS) == set(Reason)
    assert reason_text("closed") == "neither readable nor writable"
    assert reason_text("too-new/to_say") == "too new: to say"

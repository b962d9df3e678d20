"""What the judge decides; the rules' own tables are tested beside it (tags, languages, policy, icons)."""

import pytest

from sessioncrawler.editorial import judge as module
from sessioncrawler.editorial.config import Rating, parse_directory
from sessioncrawler.editorial.icons import IconVerdict
from sessioncrawler.editorial.judge import Duplicates, Judge, LanguageOrigin, LanguageVerdict, Repeat
from sessioncrawler.editorial.policy import Reason
from sessioncrawler.editorial.tags import NsfwReason
from sessioncrawler.model import Tag, TagKind
from tests.support.editorial_data import KEY, NOW, room, server

SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "a@example.org"\n'
RULES = f"""
[languages]
"general+118d" = "de"
[icons]
block = ["blocked+118d"]
[[hide]]
match = "hidden+118d"
reason = "spam"
until = 2026-01-22
[[pin]]
match = "general+{KEY}"
[[staff]]
match = "general+{KEY}"
count = 3
[[rate]]
match = "general+{KEY}"
rating = "safe"
"""
GERMAN = "Gespräche über alles, höflich und auf Deutsch, jeden Tag und für alle."


def judge(rules: str = RULES, now: int = NOW, *, guess: bool = True) -> Judge:
    return Judge(parse_directory(SITE + rules, "d.toml"), now, guess=guess)


def test_all_verdicts_come_with_what_they_go_by():
    judged = judge().judge(server(), room(name="Porn", description="Chat #Linux #lang:xx #lang:it", image_id=1))
    assert judged.tags.tagged.shown == "Chat "
    assert judged.tags.tags == (Tag("pinned", TagKind.RESERVED), Tag("linux"))
    assert (judged.tags.nsfw, judged.tags.rating) == (None, Rating.SAFE)
    assert judged.language == LanguageVerdict("it", LanguageOrigin.TAG, None, ("it",), ("xx",), "de")
    assert (judged.off_record, judged.pinned, judged.known_staff) == (None, True, 3)
    assert judged.icon is IconVerdict.SHOWN


@pytest.mark.parametrize(
    ("token", "description", "code", "origin"),
    [
        ("general", f"{GERMAN} #lang:xx #lang:any #lang:it", "mul", LanguageOrigin.TAG),
        ("general", f"{GERMAN} #lang:xx", "de", LanguageOrigin.TABLE),
        ("other", f"{GERMAN} #lang:xx", "de", LanguageOrigin.GUESS),
        ("other", "Hi!", None, None),
        ("other", None, None, None),
    ],
)
def test_the_tag_decides_then_the_table_then_a_guess(token, description, code, origin):
    verdict = judge().language(server(), room(token, "Runde", description=description))
    assert (verdict.code, verdict.origin) == (code, origin)
    assert (verdict.confidence is not None) is (origin is LanguageOrigin.GUESS)


def test_nothing_is_guessed_where_that_is_switched_off():
    assert judge(guess=False).language(server(), room("other", description=GERMAN)).code is None


def test_single_verdicts_are_those_of_the_whole():
    rooms = [
        room(description="#test"), room("hidden"), room("blocked", image_id=2), room("x", "Porn"), room(read=False),
    ]  # fmt: skip
    one = judge()
    for each in rooms:
        judged = one.judge(server(), each)
        assert judged.tags == one.tags(server(), each)
        assert judged.language == one.language(server(), each)
        assert judged.off_record == one.off_record(server(), each)
        assert judged.icon is one.icon(server(), each)
        assert judged.pinned is one.pinned(server(), each)
    assert [getattr(one.off_record(server(), each), "reason", None) for each in rooms] == [
        Reason.TEST, Reason.HIDDEN, None, None, None,
    ]  # fmt: skip
    assert [one.icon(server(), each).value for each in rooms] == ["shown", "shown", "blocked", "nsfw", "unreadable"]
    assert one.tags(server(), rooms[3]).nsfw is NsfwReason.WORD


def test_a_description_is_split_once():
    module._split.cache_clear()
    one, each = judge(), room(description="Chat #linux")
    one.tags(server(), each)
    one.language(server(), each)
    one.off_record(server(), each)
    assert module._split.cache_info().misses == 1


@pytest.mark.parametrize(
    ("token", "tags", "now", "withdrawn"),
    [
        ("lobby", (), NOW, False),
        ("lobby", ("linux", "testing"), NOW, False),
        ("lobby", ("test",), NOW, True),
        ("lobby", ("unlisted",), NOW, True),
        ("hidden", (), NOW, True),
        ("Hidden", (), NOW, True),
        ("hidden", (), NOW + 86_400, False),
    ],
)
def test_a_community_of_the_past_is_withdrawn_by_the_rules_of_today(token, tags, now, withdrawn):
    link = server().join_link(room(token))
    assert judge(now=now).withdraws(link.url, tags) is withdrawn


def test_what_cannot_be_read_may_not_be_named():
    assert judge().withdraws("no join link", ())


def test_the_first_address_owns_a_key_and_tokens_have_no_case():
    duplicates, best, other = Duplicates(), server("a.example"), server("b.example")
    stranger = server("c.example", key="0" * 64)
    shown = [
        (best, "General"), (best, "general"), (best, "two"), (other, "general"), (other, "three"), (stranger, "Two"),
    ]  # fmt: skip
    assert [duplicates.repeat(place, room(token)) for place, token in shown] == [
        None, Repeat.SAME_TOKEN, None, Repeat.OTHER_ADDRESS, Repeat.OTHER_ADDRESS, None,
    ]  # fmt: skip
    assert duplicates.owner(other) == best.address
    assert duplicates.owner(server("d.example", key="1" * 64)) == server("d.example").address

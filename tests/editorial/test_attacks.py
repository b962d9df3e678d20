"""What strangers tried against the rules: names and keys that only look like those of others."""

import pytest

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.editorial.icons import IconVerdict
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.editorial.tags import NsfwReason
from sessioncrawler.model import Tag, TagKind
from tests.support.editorial_data import KEY, NOW, room, server

SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "a@example.org"\n'
ZWSP = "\u200b"
LOOKALIKE = KEY[:8] + "0" * 56
"""A key that begins like another's: anybody makes one in seconds."""


def judge(rules: str = "") -> Judge:
    return Judge(parse_directory(SITE + rules, "d.toml"), NOW, guess=False)


def rules(match: str) -> str:
    return f"""
    [icons]
    allow = ["icon+{match}"]
    [[pin]]
    match = "general+{match}"
    [[project]]
    match = "general+{match}"
    [[staff]]
    match = "general+{match}"
    count = 3
    [[rate]]
    match = "poetry+{match}"
    rating = "safe"
    """


def gains(one: Judge, place) -> dict[str, bool]:
    """What the rules give to the rooms of a server."""
    tags = one.tags(place, room()).tags
    return {
        "pin": one.pinned(place, room()) or Tag("pinned", TagKind.RESERVED) in tags,
        "project": Tag("we're here", TagKind.RESERVED) in tags,
        "staff": one.known_staff(place, room()) is not None,
        "safe": one.tags(place, room("poetry", "Erotic poetry")).nsfw is None,
        "icon": one.icon(place, room("icon", "Porn", image_id=1)) is IconVerdict.SHOWN,
    }


@pytest.mark.parametrize("digits", [4, 8, 15])
def test_a_key_that_begins_like_another_gets_nothing(digits):
    stranger = server(key=KEY[:digits] + "0" * (64 - digits))
    assert not any(gains(judge(rules(KEY[:digits])), stranger).values())


def test_a_server_id_that_is_like_another_gets_nothing():
    place = server()
    assert not any(gains(judge(rules(place.server_id)), place).values())
    assert not judge(f'[[pin]]\nmatch = "{place.server_id}"').pinned(place, room())


@pytest.mark.parametrize("digits", [16, 64])
def test_the_room_that_is_meant_gets_all_where_its_key_is_proven(digits):
    one = judge(rules(KEY[:digits]))
    assert all(gains(one, server()).values())
    assert not any(gains(one, server(proven=False)).values())
    assert not any(gains(one, server(key=LOOKALIKE)).values())


def test_who_only_shows_an_official_key_has_no_badge():
    official = f'[[servers]]\nurl = "https://a.example"\npublic_key = "{KEY}"\nofficial = true\n'
    badge = Tag("official", TagKind.RESERVED)
    assert badge in judge(official).tags(server("b.example"), room()).tags
    assert badge not in judge(official).tags(server("b.example", proven=False), room()).tags


def test_what_harms_holds_for_those_who_only_show_the_key_and_for_short_prefixes():
    one = judge(
        '[icons]\nblock = ["icon+118d"]\n[[hide]]\nmatch = "spam+118d"\nreason = "spam"\n'
        '[[rate]]\nmatch = "poetry+118d"\nrating = "nsfw"\n[[rate]]\nmatch = "poetry+118df8c6"\nrating = "safe"\n'
    )
    for place in (server(), server(proven=False)):
        assert one.off_record(place, room("spam"))
        assert one.tags(place, room("poetry")).nsfw is NsfwReason.CURATOR
        assert one.icon(place, room("icon", image_id=1)) is IconVerdict.BLOCKED


def test_hosts_name_who_answers_there_and_need_no_proof():
    one = judge('[[pin]]\nmatch = "sog.caliban.org"')
    assert one.pinned(server(proven=False), room())
    assert not one.pinned(server("evil.example", proven=False), room())


def test_a_language_of_the_table_needs_the_proof_but_no_long_prefix():
    one = judge('[languages]\n"general+118d" = "de"\n')
    assert one.language(server(), room()).code == "de"
    assert one.language(server(proven=False), room()).code is None


@pytest.mark.parametrize("reserved", ["official", "we're here", "pinned", "not moderated", "nsfw", "new"])
@pytest.mark.parametrize(
    "disguise",
    [
        lambda tag: tag[:3] + ZWSP + tag[3:],
        lambda tag: ZWSP + tag + ZWSP,
        lambda tag: tag[:2] + "\ufe0f" + tag[2:],
        lambda tag: tag[:2] + "\u034f" + tag[2:],
        lambda tag: tag[:2] + "\u180b" + tag[2:],
        lambda tag: tag[:2] + "\U000e0101" + tag[2:],
        lambda tag: tag.replace("o", "о").replace("e", "е"),  # Cyrillic
        lambda tag: tag.replace("i", "ı").upper(),
        lambda tag: tag + "✔",
        lambda tag: tag.replace("'", "’"),
    ],
)
def test_no_tag_of_an_operator_looks_like_one_of_the_directory(reserved, disguise):
    description = f"Chat #{disguise(reserved.replace(' ', '-'))}"
    assert not [tag for tag in judge().tags(server(), room(description=description)).tags if tag.kind is TagKind.USER]


@pytest.mark.parametrize(
    "name", ["P\u200born", "P\u034forn", "Por\ufe0fn", "Ｐ\u200dｏ\u200dｒ\u200dｎ", "Pоrn", "𝗣𝗼𝗿𝗻"]
)
def test_no_word_for_adult_content_is_passed_by_invisible_letters_or_others_letters(name):
    assert judge().tags(server(), room(name=name)).nsfw is NsfwReason.WORD
    assert judge().tags(server(), room(description=f"Chat #{name}")).nsfw is NsfwReason.TAG


def test_special_tags_are_understood_through_invisible_letters():
    assert judge().off_record(server(), room(description=f"x #te{ZWSP}st"))
    assert judge().off_record(server(), room(description=f"x #unlisted {ZWSP}"))
    assert judge().language(server(), room(description=f"x #la{ZWSP}ng:de")).code == "de"

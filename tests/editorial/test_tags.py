import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import Rating
from sessioncrawler.editorial.hashtags import stray_hashtags
from sessioncrawler.editorial.tags import (
    MAX_TAG_LENGTH,
    MAX_TAGS,
    NEW_SECONDS,
    RESERVED,
    NsfwReason,
    derive_tags,
    has_tag,
    nsfw_reason,
    nsfw_word,
    reserved_name,
    split_tags,
)
from sessioncrawler.model import Room, Tag, TagKind
from tests.support.editorial_data import NOW, recorded_rooms, room

WARNING, RESERVED_KIND = TagKind.WARNING, TagKind.RESERVED
STAFF = ("05aa", "05bb")


@pytest.mark.parametrize(
    ("description", "shown", "tags"),
    [
        ("", "", ()),
        ("No tags here.", "No tags here.", ()),
        ("Chat. #linux #privacy", "Chat. ", ("linux", "privacy")),
        ("Chat.  #linux", "Chat.  ", ("linux",)),
        ("#linux", "", ("linux",)),
        ("Chat. Tags: #a, #b", "Chat.", ("a", "b")),
        ("Chat. Tags: #a, #b , #c-d", "Chat.", ("a", "b", "c-d")),
        ("Chat. tag: #a", "Chat.", ("a",)),
        ("Chat.\nHashtags:#a\n", "Chat.", ("a",)),
        ("Chat. Tags:\u3000#a\u3000#b", "Chat.", ("a", "b")),
        ("聊天室。Tags：#隐私，#中文、＃English", "聊天室。", ("隐私", "中文", "English")),
        ("聊天室#中文", "聊天室", ("中文",)),
        ("Chat #SFW #SFW #sfw", "Chat ", ("SFW", "SFW", "sfw")),
        ("Chat #a#b", "Chat ", ("a", "b")),
        ("Chat #a #b.", "Chat ", ("a", "b")),
        ("Chat #fun! ", "Chat ", ("fun",)),
        ("Chat #node.js #18+", "Chat ", ("node.js", "18+")),
        ("Chat #भारत #we're-here", "Chat ", ("भारत", "we're-here")),
        ("All #linux chat", "All #linux chat", ()),
        ("All #linux chat #foss", "All #linux chat ", ("foss",)),
        ("Rules: https://example.org/#rules", "Rules: https://example.org/#rules", ()),
        ("See https://example.org/#rules #foss", "See https://example.org/#rules ", ("foss",)),
        ("We write C#", "We write C#", ()),
        ("We write C#script #code", "We write C#script ", ("code",)),
        ("We write C#a#b", "We write C#a#b", ()),
        ("Don&#39;t", "Don&#39;t", ()),
        ("Stag: #a", "Stag: ", ("a",)),
        ("Tags: none", "Tags: none", ()),
        ("Chat (#a #b)", "Chat (#a #b)", ()),
        ("Chat # #", "Chat # #", ()),
        ("Chat #!", "Chat ", ()),
        ("<b>x</b> #<script>", "<b>x</b> ", ("<script>",)),
        ("x #a\u202eb", "x ", ("ab",)),
    ],
)
def test_the_block_at_the_end_is_split_off(description, shown, tags):
    tagged = split_tags(description)
    assert (tagged.shown, tagged.string_tags, tagged.languages) == (shown, tags, ())


@pytest.mark.parametrize("unit", [" ", "#a ", "#a", "# ", "x#a ", ", ", "tags: ", " lang:de", ".", "a.#"])
def test_long_descriptions_take_linear_time(unit):
    hostile = "x #a" + unit * 100_000 + "(x"
    started = time.process_time()
    assert split_tags(hostile).shown == hostile
    split_tags(hostile[:-2])
    assert time.process_time() - started < 5  # quadratic ones take minutes


@pytest.mark.parametrize(
    ("description", "tags", "languages"),
    [
        ("Chat #lang:de", (), ("de",)),
        ("Chat #Lang:DE, #linux", ("linux",), ("DE",)),
        ("Chat #linux #privacy #Foss-Chat lang:de", ("linux", "privacy", "Foss-Chat"), ("de",)),
        ("Chat #linux lang:de, #foss", ("linux", "foss"), ("de",)),
        ("Chat #lang:de #lang:any", (), ("de", "any")),
        ("Chat #lang:", ("lang",), ()),
        ("Chat lang:de", (), ()),
    ],
)
def test_languages_are_told_apart_from_tags(description, tags, languages):
    assert (split_tags(description).string_tags, split_tags(description).languages) == (tags, languages)


def test_tags_are_bounded_in_number_and_length():
    many = split_tags("#a " * 20_000)
    assert (len(many.string_tags), len(many.left_out)) == (MAX_TAGS, 20_000 - MAX_TAGS)
    long = "y" * (MAX_TAG_LENGTH + 1)
    assert split_tags(f"x #{long} #z").string_tags == ("z",)
    assert split_tags(f"x #{long} #z").left_out == (long,)


@pytest.mark.parametrize(
    ("shown", "stray"),
    [
        ("", ()),
        ("All #linux chat, and #foss!", ("linux", "foss")),
        ("https://example.org/#rules, C#x, &#39; and #!", ()),
        ("#first word", ("first",)),
    ],
)
def test_hashtags_within_the_text_are_found(shown, stray):
    assert stray_hashtags(shown) == stray


WORDS = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="#\uff03()@.,、，。！；!;:?~_+-%=&/"), min_size=1
)


@given(st.text(), st.lists(WORDS, min_size=1, max_size=8), st.sampled_from([" ", ", ", " , ", "、", "，", "\n"]))
def test_what_is_joined_is_split_again(text, words, separator):
    words = [word[:20] for word in words if not word.casefold().startswith("lang")] or ["x"]
    tagged = split_tags("Chat, " + text + " | " + separator.join("#" + word for word in words))
    assert tagged.shown == "Chat, " + text + " | "
    assert tagged.string_tags == tuple(words)


@given(st.text("#tags: a,.\u3000lng&/"))
def test_what_is_shown_is_the_beginning_of_the_description(description):
    tagged = split_tags(description)
    assert description.startswith(tagged.shown)
    assert (tagged.shown == description) or tagged.string_tags or tagged.languages or "#" in description


def test_the_recorded_descriptions_make_the_round_trip():
    rooms = [each for _, each in recorded_rooms()]
    assert len(rooms) == 97
    for each in rooms:
        shown, tags = each["description"], each["string_tags"]
        # The old program left this label standing, because it did not take the full-width space for a space.
        label = "" if shown.endswith(" ") else " Tags: " if tags and not shown.endswith("Tags:\u3000") else ""
        for block in (" ".join("#" + tag for tag in tags), ", ".join("#" + tag for tag in tags)):
            tagged = split_tags(shown + label + block)
            assert tagged.shown == shown.removesuffix(" Tags:\u3000")
            assert list(tagged.string_tags) == tags


def facts(tags: list[Tag]) -> list[tuple[str, str]]:
    return [(tag.text, str(tag.kind)) for tag in tags]


PROJECT = {"session", "sogops"}
"""The rooms that the old directory marked by hand as those in which its makers can be met."""


def test_the_recorded_tags_are_derived():
    for host, each in recorded_rooms():
        known = {
            key: each[key] for key in ("active_users", "active_users_cutoff", "created", "read", "write", "upload")
        }
        staff = {"admins": tuple(each["admins"]), "moderators": tuple(each["moderators"])}
        derived = derive_tags(
            Room(each["token"], each["name"], **known, **staff),
            each["string_tags"],
            now=NOW,
            official=host["base_url"] == "https://open.getsession.org",
            project=each["token"] in PROJECT and "sog.caliban.org" in host["base_url"],
        )
        assert facts(derived) == [(tag["text"], tag["type"]) for tag in each["tags"]], each["token"]


def test_every_derived_tag_in_its_order():
    assert derive_tags(
        room(name="Porn", write=True, upload=False, created=NOW, active_users=9, admins=STAFF),
        ["Test", "Linux"], now=NOW, official=True, project=True, pinned=True,
    ) == [
        Tag("official", RESERVED_KIND), Tag("we're here", RESERVED_KIND), Tag("nsfw", WARNING),
        Tag("moderated", RESERVED_KIND),
        Tag("uploads off", RESERVED_KIND), Tag("new", RESERVED_KIND), Tag("test", RESERVED_KIND),
        Tag("pinned", RESERVED_KIND), Tag("linux"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (room(write=False, upload=False), ["read-only"]),
        (room(read=None, write=None, upload=None), []),
        (room(write=None, upload=False, active_users=9, admins=STAFF), []),
        (room(write=False, active_users=9, admins=STAFF), ["read-only"]),
        (room(active_users=9, admins=STAFF[:1]), []),
        (room(created=NOW - NEW_SECONDS), []),
        (room(created=NOW - NEW_SECONDS + 1.5), ["new"]),
        (room(created=NOW + 60), []),
    ],
)
def test_what_a_server_does_not_tell_gives_no_tag(each, expected):
    assert [tag.text for tag in derive_tags(each, [], now=NOW)] == expected


@given(st.sampled_from(sorted(RESERVED)), st.sampled_from([str.upper, str.title, lambda text: text.replace(" ", "_")]))
def test_reserved_tags_cannot_be_set_by_operators(text, spell):
    derived = derive_tags(room(), [spell(text), "Ｏｆｆｉｃｉａｌ", "uploads-off", "Linux", "linux"], now=NOW)
    assert [tag.text for tag in derived if tag.kind is TagKind.USER] == ["linux"]
    assert {tag.text for tag in derived} <= {"linux", "nsfw", "test"}


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        ("GayPorn", [], True), ("Porn Chat", [], True), ("Naturism 18+", [], True), ("Erotica", [], True),
        ("Sexting", [], True), ("Chat", ["NSFW"], True), ("Chat", ["porn_sex"], True), ("ＮＳＦＷ", [], True),
        ("Essex walks", [], False), ("Unisex hair", [], False), ("118+ stars", [], False), ("Chat", ["sfw"], False),
    ],
)  # fmt: skip
def test_words_for_adult_content(name, tags, expected):
    assert (nsfw_reason(name, tags) is not None) is expected


@pytest.mark.parametrize(
    ("name", "tags", "rating", "reason"),
    [
        ("Chat", ["linux"], None, None),
        ("Porn", ["linux"], None, NsfwReason.WORD),
        ("Porn", ["linux", "NSFW"], None, NsfwReason.TAG),
        ("Porn", ["nsfw"], Rating.NSFW, NsfwReason.CURATOR),
        ("Chat", [], Rating.NSFW, NsfwReason.CURATOR),
        ("Porn", ["nsfw"], Rating.SAFE, None),
    ],
)
def test_a_mark_has_its_reason_and_the_curator_decides(name, tags, rating, reason):
    assert nsfw_reason(name, tags, rating) is reason
    derived = derive_tags(room(name=name), tags, now=NOW, rating=rating)
    assert (Tag("nsfw", WARNING) in derived) is (reason is not None)


def test_the_word_is_told():
    assert nsfw_word("GayPORN 18+") == "PORN"
    assert nsfw_word("Chat") == ""


def test_a_count_of_staff_makes_a_room_moderated():
    quiet = room(active_users=9)
    assert derive_tags(quiet, [], now=NOW) == []
    assert derive_tags(quiet, [], now=NOW, staff=2) == [Tag("moderated", RESERVED_KIND)]


@pytest.mark.parametrize(
    ("tag", "name"), [("We're_Here", "we're here"), ("READ-only", "read-only"), ("ＮＳＦＷ", "nsfw"), ("linux", "")]
)
def test_reserved_tags_are_known_in_any_spelling(tag, name):
    assert reserved_name(tag) == name


def test_tags_are_found_in_any_case():
    assert has_tag(["a", "UnListed"], "unlisted")
    assert not has_tag(["testing"], "test")

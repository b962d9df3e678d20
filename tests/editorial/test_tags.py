import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.tags import (
    MAX_TAG_LENGTH,
    MAX_TAGS,
    NEW_SECONDS,
    RESERVED,
    derive_tags,
    has_tag,
    is_nsfw,
    split_tags,
)
from sessioncrawler.model import Room, Tag, TagKind
from tests.editorial.editorial_data import NOW, recorded_rooms, room

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
    assert len(split_tags("#a " * 20_000).string_tags) == MAX_TAGS
    assert split_tags("x #" + "y" * (MAX_TAG_LENGTH + 1) + " #z").string_tags == ("z",)


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


# The old directory marked two rooms by hand as those in which its makers can be met; this one has no such list.
MEANT = {("we're here", "reserved")}


def test_the_recorded_tags_are_derived():
    for host, each in recorded_rooms():
        known = {
            key: each[key] for key in ("active_users", "active_users_cutoff", "created", "read", "write", "upload")
        }
        staff = {"admins": tuple(each["admins"]), "moderators": tuple(each["moderators"])}
        official = host["base_url"] == "https://open.getsession.org"
        derived = derive_tags(
            Room(each["token"], each["name"], **known, **staff), each["string_tags"], now=NOW, official=official
        )
        expected = [(tag["text"], tag["type"]) for tag in each["tags"]]
        assert facts(derived) == [tag for tag in expected if tag not in MEANT], each["token"]


def test_every_derived_tag_in_its_order():
    assert derive_tags(
        room(name="Porn", write=True, upload=False, created=NOW, active_users=9, admins=STAFF),
        ["Test", "Linux"], now=NOW, official=True, pinned=True,
    ) == [
        Tag("official", RESERVED_KIND), Tag("nsfw", WARNING), Tag("moderated", RESERVED_KIND),
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
    assert is_nsfw(name, tags) is expected


def test_tags_are_found_in_any_case():
    assert has_tag(["a", "UnListed"], "unlisted")
    assert not has_tag(["testing"], "test")

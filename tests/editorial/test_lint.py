import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.codes import meant_codes
from sessioncrawler.editorial.languages import parse_language
from sessioncrawler.editorial.lint import RoomLint, lint_room
from sessioncrawler.editorial.policy import Reason
from sessioncrawler.editorial.tags import MAX_TAG_LENGTH, MAX_TAGS, RESERVED, split_tags
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.text.names import visible


def test_a_plain_description_needs_no_note():
    assert lint_room("A chat. #Linux #foss #sfw #lang:de", "Linux") == RoomLint(
        shown="A chat. ", tags=(Tag("linux"), Tag("foss"), Tag("sfw")), language="de", off_record=None, notes=()
    )
    assert lint_room("") == RoomLint(shown="", tags=(), language=None, off_record=None, notes=())


@pytest.mark.parametrize(
    ("description", "name", "note"),
    [
        ("#lang:german", "", "#lang:german names no language that is understood; did you mean #lang:de?"),
        ("#lang:dee", "", "#lang:dee names no language that is understood; did you mean #lang:ee or #lang:de?"),
        ("#lang:qqqq", "", "#lang:qqqq names no language that is understood; use a BCP 47 code"),
        (
            "#lang:en #lang:de",
            "",
            "Several languages are named, and only the first one (en) counts; for many, write #lang:any",
        ),
        ("Chat. lang:de", "", "lang:de at the end is text, because it has no #; write #lang:de"),
        ("Chat. Lang:DE!", "", "Lang:DE! at the end is text, because it has no #; write #lang:DE"),
        ("#nsfw", "", 'The tag #nsfw holds "nsfw", so the room is marked as not safe for work'),
        ("#PornChat", "", 'The tag #PornChat holds "porn", so the room is marked as not safe for work'),
        ("", "Sexting", 'The name holds "sex", so the room is marked as not safe for work'),
        (
            "#Official",
            "",
            (
                "The tag #Official is ignored, because only a directory sets it: "
                "rooms on the servers of the makers of Session have it"
            ),
        ),
        (
            "#read_only",
            "",
            (
                "The tag #read_only is ignored, because only a directory sets it: "
                "it follows from what people may do in the room"
            ),
        ),
        (
            "#ｔｅｓｔ",
            "",
            "The tag #ｔｅｓｔ is ignored, because only a directory sets it: it counts only as #test, in plain letters",
        ),
        ("#nswf", "", "The tag #nswf has no special meaning; did you mean #nsfw?"),
        ("#NSFWW", "", 'The tag #NSFWW holds "nsfw", so the room is marked as not safe for work'),
        ("#nsw", "", "The tag #nsw has no special meaning; did you mean #nsfw?"),
        ("#msfw", "", "The tag #msfw has no special meaning; did you mean #nsfw?"),
        ("#tset", "", "The tag #tset has no special meaning; did you mean #test?"),
        ("#unlistd", "", "The tag #unlistd has no special meaning; did you mean #unlisted?"),
        ("#un-listed", "", "The tag #un-listed has no special meaning; did you mean #unlisted?"),
        ("#lang-de", "", "The tag #lang-de has no special meaning; did you mean #lang:de?"),
        ("#lnag:de", "", "The tag #lnag:de has no special meaning; did you mean #lang:de?"),
        ("#lang\uff1azh", "", "The tag #lang\uff1azh has no special meaning; did you mean #lang:zh?"),
        ("#Language=fr", "", "The tag #Language=fr has no special meaning; did you mean #lang:fr?"),
        (
            "#lang: ",
            "",
            (
                "The tag #lang has no special meaning; did you mean #lang:xx, "
                "with the code of the language in place of xx and without a space?"
            ),
        ),
        (
            "#" + "x" * 65,
            "",
            (
                f"#{'x' * 64}… is left out: a directory keeps at most 50 tags of at most 64 characters; "
                "use fewer or shorter ones"
            ),
        ),
        (
            "All #linux chat",
            "",
            "#linux stands within the text, and only hashtags at the very end are tags; move them there",
        ),
        (
            "All #linux and #foss chat",
            "",
            "#linux, #foss stand within the text, and only hashtags at the very end are tags; move them there",
        ),
    ],
)
def test_each_thing_to_look_at_is_one_sentence(description, name, note):
    assert lint_room(description, name).notes == (note,)


@pytest.mark.parametrize(
    "tag",
    ["sfw", "text", "best", "tests", "latest", "enlisted", "listed", "long-term", "c-de", "rust-en", "linux", "nsa",
     "news", "lang2", "land-xx"],
)  # fmt: skip
def test_good_words_are_no_typing_errors(tag):
    assert lint_room(f"Chat #{tag}").notes == ()


@pytest.mark.parametrize(
    ("description", "reason"), [("#Test", Reason.TEST), ("#unlisted", Reason.UNLISTED), ("#testing", None)]
)
def test_what_keeps_a_room_off_the_list_is_told(description, reason):
    lint = lint_room(description)
    assert (lint.off_record.reason if lint.off_record else None) is reason
    assert lint.notes == ()


def test_long_lists_are_cut():
    (note,) = lint_room(" ".join(f"#t{number}" for number in range(80))).notes
    assert note.startswith("#t50, #t51, #t52, ")
    assert ", #t59 and 20 more are left out: " in note
    assert len(lint_room("").tags) <= MAX_TAGS


def test_every_reserved_tag_has_a_note_or_an_effect():
    for tag in RESERVED:
        lint = lint_room("#" + tag.replace(" ", "-"))
        assert lint.notes or lint.off_record
        assert all(shown.kind is not TagKind.USER for shown in lint.tags)


@given(st.text(), st.text())
def test_any_text_is_read_as_the_pipelines_read_it(description, name):
    lint = lint_room(description, name)
    assert lint.shown == split_tags(visible(description)).shown
    assert all(len(tag.text) <= 2 * MAX_TAG_LENGTH for tag in lint.tags)
    assert all(len(note) < 12 * MAX_TAG_LENGTH + 200 for note in lint.notes)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("German", ["de"]), ("deutsch", ["de"]), ("deu-tsch", ["de"]), ("ger", ["de"]), ("русский", ["ru"]),
     ("ukranian", ["uk"]), ("englsh", ["en"]), ("qqqq", []), ("", [])],
)  # fmt: skip
def test_names_of_languages_are_understood(text, codes):
    assert meant_codes(text) == codes


@given(st.text(max_size=20))
def test_proposed_codes_are_understood(text):
    assert all(parse_language(code) for code in meant_codes(text))

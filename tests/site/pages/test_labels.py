from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.editorial.tags import RESERVED, NsfwReason
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.labels import BADGES, KINDS, NSFW_REASONS, Labels, LanguageLabel, TagLabel
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))


def labelled(*, code="en", **facts):
    """Language, badges and tags of one Community as the pages of a language show them."""
    (card,) = Cards([community(**facts)], DIRECTORY, NOW).all
    labels = Labels(DIRECTORY, site_language(code))
    return labels.language(card), labels.badges(card), labels.tags(card)


def test_badges_and_tags():
    tags = [
        Tag("we're here", TagKind.RESERVED),
        Tag("pinned", TagKind.RESERVED),
        Tag("odd", TagKind.RESERVED),
        Tag("nsfw"),
        Tag("nsfw", TagKind.WARNING),
    ]
    _, badges, tags = labelled(tags=tags, nsfw_reason="curator")
    assert badges == [
        TagLabel("we’re here", "reserved", "The makers of this directory can be met here"),
        TagLabel("odd", "reserved", "A tag that this directory gave"),
        TagLabel("nsfw", "warning", "Not safe for work: the curator of this directory says so"),
    ]
    assert tags == [TagLabel("nsfw", "user", "A tag that the operators of this Community chose")]


def test_labels_are_translated():
    language, badges, _ = labelled(code="de", language="fr", tags=[Tag("uploads off", TagKind.RESERVED)])
    assert language == LanguageLabel("🇫🇷", "Französisch", "fr")
    assert [badge.text for badge in badges] == ["keine Uploads"]


def test_a_reason_that_has_no_text():
    _, (badge,), _ = labelled(tags=[Tag("nsfw", TagKind.WARNING)], nsfw_reason="new")
    assert badge.title == "Not safe for work"


def test_equal_tags_are_one_label():
    cards = Cards([community("a", tags=[Tag("x")]), community("b", tags=[Tag("x")])], DIRECTORY, NOW).all
    labels = Labels(DIRECTORY, site_language("en"))
    ((first,), (second,)) = map(labels.tags, cards)
    assert first is second


def test_every_tag_of_the_directory_has_a_text():
    assert RESERVED - {"pinned", "modded", "not modded", "not moderated"} == set(BADGES)
    assert {reason.value for reason in NsfwReason} == set(NSFW_REASONS)
    assert set(TagKind) == set(KINDS)


def test_languages():
    assert labelled(language="de")[0] == LanguageLabel("🇩🇪", "German", "de")
    assert labelled() == (None, [], [])


def test_many_languages_are_no_language_of_the_text():
    assert labelled(language="mul")[0] == LanguageLabel("🌐", "Multiple languages", "")

"""What looks like a Community that is gone."""

import time

from sessioncrawler.site.history.similar import MOST, Looks, Similar

EVERYBODY = [
    Looks("Cats and dogs", ("pets",), "en"),
    Looks("Katzen", ("pets", "tiere"), "de"),
    Looks("Cats", (), "fr"),
    Looks("Adult cats", ("pets",), "en", nsfw=True),
    Looks("Linux", ("software",), "en"),
    Looks("CATS & more", (), "en"),
]


def names(other: Looks, everybody=EVERYBODY) -> list[str]:
    return [everybody[place].name for place in Similar(everybody).to(other)]


def test_words_count_more_than_tags_and_the_language_adds():
    assert names(Looks("cats", ("Pets",), "en")) == ["Cats and dogs", "CATS & more", "Cats", "Katzen"]


def test_the_language_alone_is_not_enough():
    assert names(Looks("Opera", ("music",), "en")) == []


def test_what_is_not_safe_for_work_is_only_like_its_kind():
    assert "Adult cats" in names(Looks("cats", nsfw=True))
    assert "Adult cats" not in names(Looks("adult cats"))


def test_order_decides_between_equals_and_there_are_five_at_most():
    many = [Looks(f"Chess {number}") for number in range(9)]
    assert Similar(many).to(Looks("chess")) == list(range(MOST))


def test_a_word_that_everybody_has_says_nothing():
    many = [Looks(f"Group of n{number}") for number in range(60)]
    assert names(Looks("Group of n7"), many) == ["Group of n7"]


def test_long_names_cost_little():
    long = " ".join(f"word{number}" for number in range(5_000))
    similar = Similar([Looks(long)] * 1_500)
    before = time.process_time()
    for _ in range(60):
        similar.to(Looks(long))
    assert time.process_time() - before < 2

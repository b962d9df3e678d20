import pytest

from sessioncrawler.editorial.config import Collection, CollectionRating
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.opendata.collection import Selection
from tests.support.editorial_data import KEY, room, server

HOST, OTHER, ROOM = "sog.caliban.org", "a.example", "general+118d"
NSFW = Tag("nsfw", TagKind.WARNING)


def listing(include=(), exclude=(), rating=CollectionRating.UNSAFE, *, everything=False) -> Collection:
    parsed = [tuple(map(Pattern.parse, patterns)) for patterns in (include, exclude)]
    return Collection("x", "X", rating, parsed[0], everything, parsed[1])


@pytest.mark.parametrize(
    ("each", "holds"),
    [
        (listing(everything=True), True),
        (listing(everything=True, exclude=[HOST]), False),
        (listing(everything=True, exclude=[OTHER]), True),
        (listing([HOST]), True),
        (listing([KEY]), True),
        (listing(["118d818a"]), True),
        (listing([f"{HOST}:80"]), True),
        (listing([OTHER]), False),
        (listing([HOST], [ROOM]), False),
        (listing([ROOM], [HOST]), True),
    ],
)
def test_the_most_specific_pattern_decides(each, holds):
    assert Selection(each).holds(server(), room(), []) is holds


@pytest.mark.parametrize(
    ("rating", "tags", "holds"),
    [
        (CollectionRating.SAFE, [NSFW], False),
        (CollectionRating.SAFE, [Tag("nsfw")], True),
        (CollectionRating.SAFE, [], True),
        (CollectionRating.NSFW, [NSFW], True),
        (CollectionRating.UNSAFE, [NSFW], True),
    ],
)
def test_a_safe_listing_leaves_out_what_is_marked(rating, tags, holds):
    assert Selection(listing([ROOM], rating=rating)).holds(server(), room(), tags) is holds

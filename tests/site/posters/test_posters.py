"""Which Communities have a poster, and that none is drawn anew without need."""

from dataclasses import replace

import pytest

from sessioncrawler.model import WEEK
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.community import Surroundings, community_pages
from sessioncrawler.site.posters import posters as module
from sessioncrawler.site.posters.posters import KeptPosters, PosterRules, Posters
from sessioncrawler.state import State
from tests.site.posters.test_drawing import needs_fonts
from tests.support.publishing import NOW, community
from tests.support.site_pages import DIRECTORY, URL

pytestmark = needs_fonts


class Publisher:
    """Publishes again and again with one state, and counts what is drawn."""

    def __init__(self, folder, monkeypatch):
        self.url, self.drawn, self.since = f"sqlite:///{folder}/state.db", [], {}
        draw = module.poster

        def counted(words, *more):
            self.drawn.append(words.name)
            return draw(words, *more)

        monkeypatch.setattr(module, "poster", counted)

    def publish(self, *rooms, **rules):
        self.drawn = []
        with State.open(self.url) as state:
            kept = KeptPosters(lambda: state.posters()[0], lambda names: state.posters(names)[1], state.record_posters)
            cards = Cards(rooms, DIRECTORY, NOW)
            posters = Posters(cards, kept, PosterRules(**rules), lambda card: self.since.get(card.name, NOW))
            files = dict(posters.files(dict))
        return {card.name for card in cards.all if posters.path(card).removeprefix("poster/") in files}, files


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    return Publisher(tmp_path, monkeypatch)


def room(token, visitors=50, **facts):
    return community(token, token.title(), active_users=visitors, active_users_cutoff=WEEK, **facts)


def test_a_poster_is_drawn_once(publisher):
    _, first = publisher.publish(room("cats"), room("dogs"))
    assert publisher.drawn[1:] == ["Cats", "Dogs"]
    _, again = publisher.publish(room("cats"), room("dogs"))
    assert publisher.drawn[1:] == []
    assert again == first
    publisher.publish(room("cats", 1234), room("dogs"))
    assert publisher.drawn[1:] == ["Cats"]
    publisher.publish(room("cats", 1_250), room("dogs"))
    assert publisher.drawn[1:] == []


def test_what_is_gone_is_forgotten(publisher):
    publisher.publish(room("cats"), room("dogs"))
    publisher.publish(room("dogs"))
    publisher.publish(room("cats"), room("dogs"))
    assert publisher.drawn[1:] == ["Cats"]


def test_few_are_drawn_at_a_time_and_the_older_first(publisher):
    rooms = [room(token) for token in ("ants", "bees", "cats", "dogs")]
    publisher.since = {"Cats": 1, "Dogs": 2}
    shown, _ = publisher.publish(*rooms, most=3, most_new=2)
    assert shown == {"Cats", "Dogs"}
    shown, _ = publisher.publish(*rooms, most=3, most_new=2)
    assert shown == {"Ants", "Cats", "Dogs"}
    assert publisher.drawn[1:] == ["Ants"]


def test_who_changes_all_the_time_keeps_the_former_poster(publisher):
    _, first = publisher.publish(room("cats"), room("dogs"))
    _, later = publisher.publish(room("cats", 7), room("dogs", 7), most_new=1)
    assert len(publisher.drawn) == 2
    assert sum(first[name] == later[name] for name in first) == 2


def test_what_is_adult_or_cannot_be_drawn_has_that_of_the_site(publisher):
    rooms = room("cats"), room("pics", nsfw_reason="tag"), community("fa", "گپ فارسی")
    shown, files = publisher.publish(*rooms)
    assert shown == {"Cats"}
    assert sorted(files) == [f"c/{rooms[0].identifier}.png", "site.png"]
    assert list(publisher.publish(*rooms, most=0)[1]) == ["site.png"]


def test_pages_name_their_poster():
    cards = Cards([room("cats"), room("dogs")], DIRECTORY, NOW)
    around = Surroundings(poster=lambda card: "poster/c/cats+1.png" if card.name == "Cats" else "")
    images = {page.card.name: page.image for page in community_pages(cards, around)}
    assert images == {"Cats": f"{URL}poster/c/cats%2B1.png", "Dogs": f"{URL}poster/site.png"}
    bare = replace(DIRECTORY, site=replace(DIRECTORY.site, url="https://example.org/"))
    assert {page.image for page in community_pages(Cards([room("cats")], bare, NOW), around)} == {""}

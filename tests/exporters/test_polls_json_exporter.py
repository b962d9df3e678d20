from __future__ import annotations

import json

import pytest

from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, Outcome, Poll
from tests.support.publishing import EXPORTERS, community, publish

FORMATS = EXPORTERS | {"polls.json": "sessioncrawler.exporters.PollsJsonItemExporter"}
POLLS = [
    PollItem(Poll(Address("http", "sogs.example", 8080), Outcome.NOT_JSON, 'shows "\ud800"')),
    PollItem(Poll(Address("http", "192.0.2.1", 80), Outcome.REACHED)),
]


def write(folder, items, **options):
    # A feed of Communities stands beside it, as on a site: without one nothing is published.
    feeds = {
        str(folder / "servers.json"): {
            "format": "servers.json",
            "item_classes": ["sessioncrawler.items.CommunityItem"],
        },
        str(folder / "polls.json"): {"format": "polls.json", **options},
    }
    return publish(items, feeds, folder, FEED_EXPORTERS=FORMATS)


def test_polls_are_written_by_address_and_other_items_left_aside(tmp_path):
    published = write(tmp_path, [community(), *POLLS], indent=None)
    text = (tmp_path / "polls.json").read_text()
    assert text.startswith('{"generated_at":"2026-01-22T12:00:00Z","polls":[{"address":"http://192.0.2.1",')
    assert text.endswith("]}\n")
    polls = json.loads(text)["polls"]
    assert [poll["detail"] for poll in polls] == ["", 'shows "\ufffd"']
    assert published.stats["publish/communities"] == 1
    assert not published.errors


def test_a_feed_of_polls_alone_does_not_count_as_one_without_communities(tmp_path):
    published = write(tmp_path, [community(), *POLLS], item_classes=["sessioncrawler.items.PollItem"])
    assert len(json.loads((tmp_path / "polls.json").read_text())["polls"]) == 2
    assert published.stats["publish/communities"] == 1


@pytest.mark.parametrize(("indent", "beginning"), [(1, '{\n "generated_at": "2026'), (0, '{\n"generated_at": ')])
def test_indent(tmp_path, indent, beginning):
    write(tmp_path, [community(), *POLLS], indent=indent)
    assert (tmp_path / "polls.json").read_text().startswith(beginning)


def test_a_failure_is_a_sentence_and_nothing_is_published(tmp_path):
    poll = PollItem(Poll(Address("http", "sogs.example", 80), Outcome.REACHED, seconds=float("nan")))
    published = write(tmp_path, [community(), poll])
    assert "The feed polls.json could not be written, so nothing is published: ValueError" in published.errors[0]
    assert not (tmp_path / "servers.json").exists()

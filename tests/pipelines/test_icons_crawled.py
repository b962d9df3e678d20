"""Icons in crawls of a whole simulated network, whose pictures are hostile."""

from pathlib import Path

import pytest

from sessioncrawler.state import State
from simnet import SimNet
from tests.support.sogs_world import crawl_world, identifier


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """The hostile network, as far as its pictures, crawled without icons and with them."""
    with SimNet(scenario="hostile", servers=7) as net:
        folder = tmp_path_factory.mktemp("icons")
        without = crawl_world(net, folder / "without")
        net.reset_log()
        return (
            net.truth,
            without,
            crawl_world(net, folder / "with", ICONS_ENABLED=True, ICONS_GRACE=60),
            net.requests(),
        )


def test_exactly_the_good_pictures_are_shown(worlds):
    truth, _, world, _ = worlds
    good = {community.identifier for community in truth.communities if community.picture}
    shown = {identifier(item): item["icon"] for item in world.communities if item["icon"]}
    safe = {identifier(item) for item in world.communities if not item["nsfw_reason"]}
    assert set(shown) == good & safe
    assert len(shown) > 4
    files = {f"icons/{path.name}" for path in (world.folder / "site" / "icons").iterdir()}
    assert files == set(shown.values())
    assert "Traceback" not in world.crawl.log


def test_icons_change_nothing_else(worlds):
    _, without, world, _ = worlds
    bare = [{**item, "icon": None} for item in world.communities]
    assert sorted(bare, key=identifier) == sorted(without.communities, key=identifier)
    files = [Path(one.folder, "site", "servers.json").read_bytes() for one in (world, without)]
    assert files[0] == files[1]
    with State.open(f"sqlite:///{world.folder}/state.db") as state:
        assert {listing.facts.identifier for listing in state.listings()} == set(world.listed())


def test_hostile_pictures_cost_little_memory(worlds):
    _, without, world, _ = worlds
    assert world.crawl.stats["memusage/max"] - without.crawl.stats["memusage/max"] < 60_000_000


def test_each_picture_is_asked_for_once_and_one_at_a_time(worlds):
    _, _, _, requests = worlds
    asked = [(request.server, request.path) for request in requests if "/file/" in request.path]
    endless = {each for each in asked if asked.count(each) > 1}
    assert len(asked) > 10
    assert all(path.endswith("/file/9012") for _, path in endless)


def test_other_tests_see_no_requests_for_icons(worlds):
    _, without, _, _ = worlds
    assert not [item for item in without.communities if item["icon"]]

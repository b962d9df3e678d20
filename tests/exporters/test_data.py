"""Open data through whole crawls: the project's pipelines, feeds, exporters and storages."""

from __future__ import annotations

import json

import pytest

from tests.support.open_data import (
    HIDING,
    NOW,
    data_of_everything,
    everything,
    files,
    listed,
    polled,
    room,
    run,
    unlisted,
)

SECRETS = ("hushhush", "Quiet Place", "trialrun", "lockedroom", "bannedone")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    done = run(folder, everything(), directory=HIDING)
    assert done.errors == []
    return files(folder)


def test_every_file_is_published(site):
    expected = data_of_everything()
    assert expected.keys() <= site.keys()
    for name, body in expected.items():
        assert site[name] == body, name


def test_nothing_unlisted_is_named(site):
    for name, body in site.items():
        for secret in SECRETS:
            assert secret.encode() not in body, name


def test_what_is_not_listed_is_counted(site):
    policy = json.loads(site["v1/policy.json"])
    assert (policy["listed"], policy["unlisted"]) == (4, 4)
    assert {reason["reason"]: reason["count"] for reason in policy["reasons"]} == dict.fromkeys(
        ("closed", "hidden", "test", "unlisted"), 1
    )


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    runs = []
    for number, items in enumerate((everything(), [*listed()[::-1], *unlisted(), *everything()[:7:-1]])):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert run(folder, items, directory=HIDING).errors == []
        runs.append(files(folder))
    assert runs[0] == runs[1]


def test_a_state_that_cannot_be_read_publishes_nothing(tmp_path):
    done = run(tmp_path, everything(), STATE_URL="sqlite:////dev/null/state.db")
    assert done.stats["finish_reason"] == "state_failed"
    assert not (tmp_path / "site").exists()


def test_a_room_that_is_hidden_while_its_server_is_away_is_no_longer_named(tmp_path):
    def crawl(items, now, **more):
        assert run(tmp_path, [*items, polled()], CRAWL_TIME=now, **more).errors == []
        return files(tmp_path)

    crawl(listed(), NOW)
    crawl([*listed(), room("bannedone", "Buy! #spam")], NOW + 10)
    before = crawl(listed(), NOW + 20)
    assert b"bannedone" in before["feed/all.xml"]
    assert "feed/tag/spam.xml" in before
    after = crawl(listed(), NOW + 30, directory=HIDING)
    assert "feed/tag/spam.xml" not in after
    for name, body in after.items():
        assert b"bannedone" not in body, name

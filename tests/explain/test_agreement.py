"""The site, the status page and ``scrapy explain`` say the same of any state."""

import json
from collections import Counter

import pytest

from sessioncrawler.model import KeyProof, Outcome, Reach
from sessioncrawler.site.pages.status import status_page
from sessioncrawler.text.keys import fingerprint
from tests.support.agreeing import Memory, knowledge_of, published, questions_about, said_to_be_listed
from tests.support.crawling import Job, run_crawls
from tests.support.knowing import HOST, KEY, NOW, OTHER, http, link, reached, room, sentences, sighting
from tests.support.random_memory import random_memory

OLD, NEW = http("old.example"), http("new.example")
NOBODY = "is named by nobody any more, so it is not asked and nothing of it is listed"


@pytest.mark.parametrize("proof", [KeyProof.CLAIM, KeyProof.DIRECTORY])
def test_nothing_is_listed_of_an_address_that_nobody_names_any_more(tmp_path, proof):
    """Its poll is of the last round; it may have been named by a source, or under ``[[servers]]``."""
    forgotten = reached(room("gone"), address=OLD, key=OTHER, key_proof=proof)
    memory = Memory([sighting(link())], [(reached(room()), NOW), (forgotten, NOW)])
    settings = memory.write(tmp_path)
    known = knowledge_of(settings)
    listed = published(settings).identifiers
    assert [one.partition("+")[0] for one in listed] == ["lobby"]
    assert said_to_be_listed(known, questions_about(memory)) == listed
    told = sentences("old.example", known)
    assert told[0] == f"Nothing is listed from http://old.example: it {NOBODY}."
    assert f"State: it {NOBODY}." in told
    status = status_page(known)
    assert [view.address for view in status.fine] == ["https://sogs.example"]
    assert [(view.address, view.outcome, view.rooms) for view in status.troubled] == [
        ("http://old.example", "unknown", 0)
    ]


def test_a_room_is_not_judged_by_an_entry_that_was_removed(tmp_path):
    """The address under ``[[servers]]`` had the better proof of the key; without it the other holds the key."""
    entry = reached(room("entry"), address=HOST, key_proof=KeyProof.DIRECTORY)
    named = reached(room("named"), address=NEW, key_proof=KeyProof.CLAIM)
    memory = Memory([sighting(link("named", NEW))], [(entry, NOW), (named, NOW)])
    settings = memory.write(tmp_path)
    known = knowledge_of(settings)
    listed = published(settings).identifiers
    assert [one.partition("+")[0] for one in listed] == ["named"]
    assert said_to_be_listed(known, questions_about(memory)) == listed
    assert known.addresses["new.example"].reached
    memory.directory = f'[[servers]]\nurl = "{HOST}"\npublic_key = "{KEY}"\n'
    settings = memory.write(tmp_path)
    listed = published(settings).identifiers
    assert [one.partition("+")[0] for one in listed] == ["entry"]
    assert said_to_be_listed(knowledge_of(settings), questions_about(memory)) == listed


def test_addresses_of_one_server_that_nobody_names_do_not_give_it_its_name(tmp_path):
    shared = room(created=5.0)
    best, named = reached(shared, address=HOST), reached(shared, address=NEW)
    memory = Memory([sighting(link(address=NEW))], [(best, NOW), (named, NOW)])
    settings = memory.write(tmp_path)
    listed = published(settings).identifiers
    assert len(listed) == 1
    assert said_to_be_listed(knowledge_of(settings), questions_about(memory)) == listed


@pytest.mark.parametrize("first", range(0, 150, 50))
def test_what_is_published_of_a_random_state_is_what_is_said_to_be_listed(tmp_path, first):
    some = kept = beyond = 0
    for seed in range(first, first + 50):
        folder = tmp_path / str(seed)
        folder.mkdir()
        memory = random_memory(seed)
        settings = memory.write(folder)
        known, site = knowledge_of(settings), published(settings)
        said = said_to_be_listed(known, questions_about(memory))
        if site.polls:
            assert said == site.identifiers, seed
        else:  # nobody answered, so nothing is published, and what was published before stays
            assert not known.servers
        beyond += len(known.beyond)
        kept += sum(item.presence.reach is not Reach.NOW for item in site.communities)
        for item in site.communities:
            assert item.identifier in said_to_be_listed(known, [item.server.join_link(item.room).url]), seed
        status_agrees(known, site)
        some += bool(site.communities)
    assert some >= 15
    assert kept >= 2
    assert beyond >= 4


def status_agrees(known, site):
    """The status page counts the very polls and servers that the site is made of."""
    status = status_page(known)
    if site.polls:
        assert tuple(site.polls) == known.settled
    reached = [poll for poll in known.settled if poll.outcome is Outcome.REACHED]
    assert {view.key for view in status.fine} == {fingerprint(poll.server.public_key) for poll in reached}
    assert len(status.fine) == len({poll.server.public_key for poll in reached})
    failed = Counter(poll.outcome.value for poll in known.settled if poll.outcome is not Outcome.REACHED)
    assert Counter(view.outcome for view in status.troubled if view.outcome != "unknown") == failed
    assert len(status.troubled) + len(reached) == len(known.addresses)
    listed = Counter((str(item.server.address), fingerprint(item.server.public_key)) for item in site.communities)
    rooms = {(view.address, view.key): view.rooms for view in (*status.fine, *status.troubled)}
    assert all(count <= rooms[server] for server, count in listed.items())


def test_whole_crawls_publish_what_is_said_to_be_listed(tmp_path):
    """Through the command's own wiring, to the files of the site."""
    memories, jobs = {}, []
    for seed in (1, 8, 30, 42):
        folder = tmp_path / str(seed)
        folder.mkdir()
        memory = random_memory(seed)
        memories[folder] = memory, memory.write(folder)
        jobs.append(Job("directory", settings=memories[folder][1]))
    crawls = run_crawls(jobs, network=False)
    for (folder, (memory, settings)), crawl in zip(memories.items(), crawls, strict=True):
        assert crawl.reason == "finished"
        data = json.loads((folder / "site" / "v1" / "communities.json").read_text())
        listed = sorted(community["identifier"] for community in data["communities"])
        assert listed == said_to_be_listed(knowledge_of(settings), questions_about(memory)) != []

"""The site and ``scrapy explain`` say the same of any state."""

import pytest

from sessioncrawler.explain.story import tell
from sessioncrawler.model import KeyProof
from sessioncrawler.site.pages.status import build_status
from tests.support.agreeing import Memory, knowledge_of, published, questions_about, said_to_be_listed
from tests.support.knowing import HOST, KEY, NOW, OTHER, http, link, reached, room, sighting

OLD, NEW = http("old.example"), http("new.example")
NOBODY = "is named by nobody any more, so it is not asked and nothing of it is listed"


def sentences(what, known):
    return [sentence for part in tell(what, known).parts for sentence in part.sentences]


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
    status = build_status(known)
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

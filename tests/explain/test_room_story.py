"""The verdicts about one Community, with what they went by."""

import pytest

from sessioncrawler.explain.story import tell
from sessioncrawler.model import Address, KeyProof
from sessioncrawler.state import Event, EventKind, Facts, Icon, Listed
from tests.support.knowing import DAY, HOST, KEY, LOBBY, NOW, OTHER, knowledge, link, reached, room, sentences


def about_room(**facts):
    """Sentences about the one room of a server; ``directory`` and ``guess`` are for the knowledge."""
    more = {key: facts.pop(key) for key in ("directory", "guess", "listed", "events") if key in facts}
    proof = facts.pop("key_proof", KeyProof.ONION)
    return sentences(LOBBY, knowledge(reached(room(**facts), key_proof=proof), links=[link()], **more))


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"description": "Chat #linux #Privacy"},
         ("200 tags: #linux and #privacy from its operator, at the end of the "
          "description.")),
        ({}, "200 tags: its operator wrote none at the end of the description."),
        ({"write": False}, "200 tags: read-only, because its server says that people cannot write."),
        ({"name": "Essex porn"}, "200 tags: nsfw as a warning, because its name holds a word for adult content."),
        ({"description": "#nsfw"},
         ("200 tags: nsfw as a warning, because a tag of its operator is a word for adult "
          "content.")),
        ({"directory": '[[rate]]\nmatch = "lobby+118d"\nrating = "nsfw"\n'},
         "200 tags: nsfw as a warning, because [[rate]] of directory.toml says so."),
        ({"name": "porn", "directory": '[[rate]]\nmatch = "lobby+118df8c6c471ed04"\nrating = "safe"\n'},
         "200 tags: not marked nsfw, because [[rate]] of directory.toml calls it safe."),
        ({"description": "#official #linux"},
         "200 tags: #official of its operator not shown, since only this directory may give such tags."),
        ({"description": "#" + "x" * 99}, "200 tags: 1 tag too long, or too many, to be kept."),
        ({"description": "#lang:de"}, "300 language: German (de), from its operator's #lang:de."),
        ({"description": "#lang:xqz"}, "300 language: #lang:xqz is not understood."),
        ({"description": "#lang:de", "directory": '[languages]\n"lobby+118d" = "fr"\n'},
          ("300 language: German (de), from its operator's #lang:de; [languages] of "
           "directory.toml says fr, but its operator decides.")),
        ({"description": "#lang:fr", "directory": '[languages]\n"lobby+118d" = "fr"\n'},
         "300 language: French (fr), from its operator's #lang:fr."),
        ({"directory": '[languages]\n"lobby+118d" = "fr"\n'},
         ("300 language: French (fr), from [languages] of "
          "directory.toml.")),
        ({},
         ("300 language: unknown: no #lang: tag, nothing in [languages] of directory.toml, and "
          "no guess is sure enough.")),
        ({"guess": False},
         ("300 language: unknown: no #lang: tag, nothing in [languages] of directory.toml, and guessing is switched "
          "off (GUESS_LANGUAGES).")),
        ({"admins": ("05a", "05b"), "moderators": ("05c",)},
         ("Standing: fair: 5 staff wanted at 271 visitors, 3 seen; below 3 it is "
          "poor.")),
        ({"admins": ("05a",)}, "Standing: poor: 5 staff wanted at 271 visitors, 1 seen; below 3 it is poor."),
        ({"admins": ("05a",), "directory": '[[staff]]\nmatch = "lobby+118df8c6c471ed04"\ncount = 5\n'},
          ("Standing: good: 5 staff wanted at 271 visitors, 1 seen, 5 by [[staff]] of "
           "directory.toml; below 3 it is poor.")),
        ({},
         ("Standing: unknown: 5 staff wanted at 271 visitors, 0 seen; hidden staff are not "
          "visible, so none seen is not none.")),
        ({"active_users": None}, "Standing: unknown, since its server does not tell how many visit."),
        ({}, "400 policy: may be listed: it is not closed, nor tagged test or unlisted, nor hidden by directory.toml."),
        ({"directory": '[[pin]]\nmatch = "lobby+118df8c6c471ed04"\n'}, "400 policy: pinned by directory.toml."),
        ({"directory": '[[hide]]\nmatch = "lobby+118d"\nreason = "advertising"\n'},
         "400 policy: not listed, because this directory hides it: advertising."),
        ({"description": "#test"}, "400 policy: not listed, because its operator tagged it as a test."),
        ({"description": "#unlisted"}, "What can be done: take #unlisted out of the description."),
        ({"read": False, "write": False}, "What can be done: make the room readable or writable for everybody."),
        ({"image_id": 3}, "600 icons: its picture may be shown."),
        ({"image_id": 3, "name": "Porn"}, "600 icons: its picture is not shown, because it is marked nsfw."),
        ({"image_id": 3, "read": False},
         "600 icons: its picture is not shown, because its server gives it to members only."),
        ({"image_id": 3, "directory": '[icons]\nblock = ["lobby+118d"]\n'},
         "600 icons: its picture is not shown, because [icons] of directory.toml blocks it."),
        ({}, "900 history: not listed so far; it will be listed by the next crawl."),
        ({"description": "#test"}, "900 history: not listed so far; nothing is remembered of rooms off the record."),
    ],
)  # fmt: skip
def test_verdicts_with_their_arithmetic(facts, told):
    assert told in about_room(**facts)


def test_a_guess_has_its_confidence():
    text = "Hier reden wir über alles, was uns gefällt: Bücher, Filme, das Wetter und die Nachbarn. Kommt herein!"
    (told,) = [one for one in about_room(name="Stammtisch", description=text) if one.startswith("300 language")]
    assert told.startswith("300 language: German (de), guessed from its name and description with a confidence of ")
    assert 0.7 <= float(told.rpartition(" ")[2].rstrip(".")) <= 1


UNFIT = (
    "600 icons: no icon could be made of the picture that came on 22 January 2026, 12:00 UTC; another one is looked at "
    "by the next crawl, the same one after ICONS_EXPIRE_DAYS. What can be done: upload a PNG, JPEG, WEBP or GIF of at "
    "most 1 MB and 4 million pixels that takes no second to decode (ICON_CPU)."
)
MISSING = (
    "600 icons: its picture has not come so far; the next crawl asks for it. What can be done: let the server answer "
    "sooner, since its pictures have few seconds in a crawl (ICONS_SERVER_BUDGET)."
)


@pytest.mark.parametrize(
    ("remembered", "told"),
    [
        ({}, []),
        ({"usable": False}, [UNFIT]),
        ({"image_id": 2}, [MISSING]),
        ({"public_key": OTHER}, [MISSING]),
        ({"netloc": "other.example"}, [MISSING]),
    ],
)
def test_what_became_of_a_picture(remembered, told):
    facts = {"netloc": HOST.netloc, "token": "lobby", "public_key": KEY, "image_id": 3, "fetched_at": NOW}
    icon = Icon(**{**facts, "usable": True, **remembered})
    found = sentences(LOBBY, knowledge(reached(room(image_id=3)), links=[link()]), {icon.room: icon})
    assert [one for one in found if one.startswith("600 ")] == ["600 icons: its picture may be shown.", *told]


def test_history_is_told():
    facts = Facts(KEY, "lobby", LOBBY, "Lobby", link().url)
    known = {
        "listed": (Listed(Facts(OTHER, "a", "a", "a", "a"), 0, 0, None), Listed(facts, NOW - DAY, NOW, None)),
        "events": (Event(NOW, EventKind.RETURNED, facts), Event(NOW - DAY, EventKind.NEW, facts)),
    }
    told = about_room(**known)
    assert told[told.index("900 history: new on 21 January 2026, 12:00 UTC.") :][:3] == [
        "900 history: new on 21 January 2026, 12:00 UTC.",
        "900 history: returned on 22 January 2026, 12:00 UTC.",
        "900 history: listed first on 21 January 2026, 12:00 UTC, last on 22 January 2026, 12:00 UTC.",
    ]
    last = "last on 22 January 2026, 12:00 UTC. The next crawl will take it away."
    assert any(one.endswith(last) for one in about_room(description="#test", **known))


def test_what_does_not_count_without_a_proof_is_told_with_what_can_be_done():
    pin = f'[[pin]]\nmatch = "lobby+{KEY}"\n'
    (told,) = [one for one in about_room(directory=pin, key_proof=KeyProof.CLAIM) if "does not count" in one]
    assert "has not proven that it holds the key" in told
    assert "under [[servers]]" in told
    assert not [one for one in about_room(key_proof=KeyProof.CLAIM) if "does not count" in one]


def test_the_likeness_to_an_official_room_is_told():
    official = f'[[servers]]\nurl = "https://open.example"\npublic_key = "{OTHER}"\nofficial = true\n'
    real = reached(room("session", "Session"), address=Address("https", "open.example", 443), key=OTHER)
    story = tell(LOBBY, knowledge(reached(room(name="Sessіon")), real, links=[link()], directory=official))
    sentences = [sentence for part in story.parts for sentence in part.sentences]
    assert (
        "200 tags: not official as a warning, because its name looks like “Session”, the name of a room of an official "
        "server."
    ) in sentences

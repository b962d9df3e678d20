from __future__ import annotations

import pytest

from sessioncrawler.editorial.config import Directory, Icons, Site
from sessioncrawler.editorial.icons import IconRules, IconVerdict
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.model import Address, Room, Server

SERVER = Server(Address("https", "sogs.example", 443), "a" * 64, proven=True)
HOST, ONE_ROOM, KEY = "sogs.example", f"lobby+{'a' * 16}", "a" * 64


@pytest.mark.parametrize(
    ("allow", "block", "nsfw", "read", "verdict"),
    [
        ((), (), False, True, IconVerdict.SHOWN),
        ((), (), False, None, IconVerdict.SHOWN),
        ((), (), True, True, IconVerdict.NSFW),
        ((), (), False, False, IconVerdict.UNREADABLE),
        ((HOST,), (), True, True, IconVerdict.SHOWN),
        ((HOST,), (), True, False, IconVerdict.UNREADABLE),
        ((), (KEY,), False, True, IconVerdict.BLOCKED),
        ((HOST,), (ONE_ROOM,), False, True, IconVerdict.BLOCKED),
        ((ONE_ROOM,), (KEY,), True, True, IconVerdict.SHOWN),
        (("other+aaaa",), ("other.example",), True, True, IconVerdict.NSFW),
    ],
)
def test_verdicts(allow, block, nsfw, read, verdict):
    icons = Icons(tuple(map(Pattern.parse, allow)), tuple(map(Pattern.parse, block)))
    rules = IconRules(Directory(Site("n", "https://example.org/", "c"), icons=icons))
    assert rules.verdict(SERVER, Room("lobby", "Lobby", read=read), nsfw=nsfw) is verdict

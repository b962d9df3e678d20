"""How many join links are taken of a source while other spiders write what they found."""

from __future__ import annotations

from sessioncrawler.model import Sighting
from sessioncrawler.spiders._shares import SourceShares
from sessioncrawler.state import State
from tests.support.knowing import link


def test_another_spider_writes_its_first_links_while_the_state_is_read(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url) as state:
        state.record_sightings([Sighting(link("known"), "lokilocker")], 1)

    def while_another_writes(read):
        def reading(state):
            found = read(state)
            with State.open(url) as other:
                other.record_sightings([Sighting(link("theirs"), "awesome_session_groups")], 2)
            return found

        return reading

    for name in ("sources", "sightings"):
        monkeypatch.setattr(State, name, while_another_writes(getattr(State, name)))
    shares = SourceShares(1, url)
    assert shares.takes("lokilocker", link("known"))
    assert not shares.takes("lokilocker", link("new"))

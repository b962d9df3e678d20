"""The benchmark of rendering, on a small directory."""

from __future__ import annotations

from bench.render import NEWS_EVERY, communities, main, remember
from sessioncrawler.state import State


def test_the_same_seed_makes_the_same_communities():
    assert list(communities(60, 1)) == list(communities(60, 1)) != list(communities(60, 2))


def test_some_communities_are_news(tmp_path):
    found = list(communities(2 * NEWS_EVERY, 1))
    url = f"sqlite:///{tmp_path}/state.db"
    remember(url, found)
    with State.open(url) as state:
        assert len(state.listings()) == len(found)
        assert len(state.events()) == 2


def test_what_it_prints(capsys):
    assert main(["--communities", "30"]) == 0
    told = capsys.readouterr().out
    assert "rendering and storing, s" in told
    assert "peak memory, MiB" in told


def test_a_site_that_cannot_be_rendered_is_no_result(capsys, monkeypatch):
    monkeypatch.setattr("bench.render.sys.executable", "/bin/false")
    assert main(["--communities", "30"]) == 1
    assert "failed" in capsys.readouterr().out

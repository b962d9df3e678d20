"""Two codes publish one state."""

from __future__ import annotations

from bench import compare
from bench.usage import ROOT


def test_one_code_publishes_one_state_twice_in_the_same_way(tmp_path):
    for name in ("made", "one", "other"):
        (tmp_path / name).mkdir()
    compare.make_state(ROOT, tmp_path / "made", seed=1, servers=8)
    sites = [compare.publish(ROOT, tmp_path / "made", tmp_path / name) for name in ("one", "other")]
    found = compare.differences(*sites)
    assert (found.missing, found.new, found.changed) == ([], [], {})
    assert {"index.html", "servers.json", "v1/manifest.json"} <= set(found.same)


def test_a_commit_that_is_none_is_a_sentence(capsys):
    assert compare.main(["no-such-commit"]) == 1
    assert "git rev-parse" in capsys.readouterr().err

"""Other commits lie beside this one for a while."""

from __future__ import annotations

import subprocess

import pytest

from bench.checkouts import checkout, described
from bench.usage import BenchError


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with two commits, in which ``file`` says which it is."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for text in ("first", "second"):
        (tmp_path / "file").write_text(text)
        subprocess.run(["git", "-C", tmp_path, "add", "file"], check=True)
        subprocess.run(["git", "-C", tmp_path, "commit", "--quiet", "-m", text], check=True)
    return tmp_path


def test_a_commit_is_there_and_then_gone(repository):
    with checkout("HEAD~1", repository) as folder:
        assert (folder / "file").read_text() == "first"
        assert described(folder) != described(repository)
        (folder / "file").write_text("changed")
        assert described(folder).endswith("+")
    assert not folder.exists()
    listed = subprocess.run(["git", "-C", repository, "worktree", "list"], check=True, capture_output=True, text=True)
    assert len(listed.stdout.splitlines()) == 1
    assert (repository / "file").read_text() == "second"


@pytest.mark.parametrize("name", ["no-such-commit", "--help", ""])
def test_what_is_no_commit_is_a_sentence(repository, name):
    with pytest.raises(BenchError, match="git rev-parse"), checkout(name, repository):
        pass

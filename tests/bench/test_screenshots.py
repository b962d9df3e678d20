"""The pictures of pages, without the browser: tests/browser has that."""

from __future__ import annotations

import io

from PIL import Image

from bench.screenshots import main, shots, slim


def test_a_slim_picture_is_the_same_in_few_colours():
    out = io.BytesIO()
    with Image.linear_gradient("L") as gradient:
        gradient.convert("RGBA").save(out, "PNG")
    thin = slim(out.getvalue())
    with Image.open(io.BytesIO(thin)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (256, 256))


def test_what_is_taken(tmp_path):
    assert shots(tmp_path)["statistics"] == ("stats/", False)
    assert shots(tmp_path)["dialog"] == ("", True)


def test_without_a_browser_there_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("bench.screenshots.shutil.which", lambda name: None)
    assert main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "apt-get install chromium" in capsys.readouterr().err

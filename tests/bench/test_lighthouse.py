"""What is made of a report of Lighthouse."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bench.lighthouse import CATEGORIES, main, pages, read, show

REPORT = {
    "categories": {
        name: {"score": score, "auditRefs": refs}
        for name, score, refs in (
            ("performance", 0.97, [{"id": "shift", "weight": 25}, {"id": "hint", "weight": 0}]),
            ("accessibility", 1, [{"id": "contrast", "weight": 7}]),
            ("best-practices", 1, []),
            ("seo", None, [{"id": "robots", "weight": 1}]),
        )
    },
    "audits": {
        "shift": {"title": "Layout shift", "score": 0.9, "displayValue": "0.113"},
        "hint": {"title": "A hint", "score": 0},
        "contrast": {"title": "Contrast", "score": 1},
        "robots": {"title": "robots.txt", "score": None},
    },
}


def test_only_what_costs_points_is_named():
    verdict = read("about/", "phone", REPORT)
    assert verdict.missing == ("Layout shift 0.113",)
    assert dict(verdict.scores) == {"performance": 0.97, "accessibility": 1, "best-practices": 1, "seo": None}


def test_the_table():
    out = StringIO()
    show([read("", "phone", REPORT)], Console(file=out, width=120))
    text = out.getvalue()
    assert all(name in text for name in CATEGORIES)
    row = next(line for line in text.splitlines() if line.startswith("│ list"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["list", "phone", "97", "100", "100", "none"]
    assert "list, phone: Layout shift 0.113" in text


def test_one_community_is_measured(tmp_path):
    assert [page for page in pages(tmp_path) if page.startswith("c/")] == []
    for name in ("b+2", "a+1"):
        (tmp_path / "c" / name).mkdir(parents=True)
        (tmp_path / "c" / name / "index.html").touch()
    assert [page for page in pages(tmp_path) if page.startswith("c/")] == ["c/a+1/"]


def test_without_lighthouse_there_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("bench.lighthouse.LIGHTHOUSE", tmp_path / "none")
    assert main([str(tmp_path)]) == 1
    assert "'npm ci'" in capsys.readouterr().out

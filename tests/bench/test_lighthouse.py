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


def test_what_is_not_to_be_found_is_not_asked_for_it(tmp_path):
    for name, text in (("a+1", "<h1>A</h1>"), ("b+2", '<meta name="robots" content="noindex">')):
        (tmp_path / "c" / name).mkdir(parents=True)
        (tmp_path / "c" / name / "index.html").write_text(text)
    found = pages(tmp_path)
    assert found["c/a%2B1/"] == CATEGORIES
    assert found["c/b%2B2/"] == ("performance", "accessibility", "best-practices")
    report = {**REPORT, "categories": {name: REPORT["categories"][name] for name in found["c/b%2B2/"]}}
    out = StringIO()
    show([read("c/b%2B2/", "phone", report)], Console(file=out, width=120))
    assert [line.split()[-2] for line in out.getvalue().splitlines() if "c/b" in line and "100" in line] == ["-"]


def test_without_lighthouse_there_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("bench.lighthouse.LIGHTHOUSE", tmp_path / "none")
    assert main([str(tmp_path)]) == 1
    assert "'npm ci'" in capsys.readouterr().out

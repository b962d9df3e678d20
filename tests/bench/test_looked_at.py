"""Which pages of a site are looked at."""

import pytest

from bench.looked_at import ALWAYS, is_gone, looked_at

PAGES = {
    "c/a+1": "<h1>A</h1>",
    "c/b+1": '<div class="sparks">',
    "c/c+1": '<meta name="robots" content="noindex">',
    "c/c18+1": '<meta name="robots" content="noindex"><details class="step">',
    "c/d+1": '<meta http-equiv="refresh" content="0; url=../b%2B1/index.html">',
    "s/01": '<meta http-equiv="refresh" content="0; url=../02/index.html">' + '<path class="down"/>' * 9,
    "s/02": '<path class="up"/>',
    "s/03": '<path class="down"/><path class="part"/>',
    "fa/s/03": "",
    "language/cs": "<h1>Communities in Czech</h1>",
    "language/de": "<h1>Communities in German</h1>" + "<li>" * 9,
    "topic/linux": "",
}


@pytest.fixture
def site(tmp_path):
    for folder, text in PAGES.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.html").write_text(text)
    return tmp_path


def test_one_of_each_kind(site):
    assert looked_at(site) == {
        **ALWAYS,
        "community": "c/b%2B1/",
        "adult": "c/c18%2B1/",
        "gone": "c/c%2B1/",
        "language": "language/de/",
        "topic": "topic/linux/",
        "server": "s/03/",
        "persian-server": "fa/s/03/",
    }


def test_what_is_not_there_is_left_out(site, tmp_path_factory):
    (site / "fa" / "s" / "03" / "index.html").unlink()
    assert "persian-server" not in looked_at(site)
    assert looked_at(tmp_path_factory.mktemp("empty")) == ALWAYS


def test_what_is_gone_or_adult_asks_not_to_be_found(site):
    assert [path for path in looked_at(site).values() if is_gone(site, path)] == ["c/c18%2B1/", "c/c%2B1/"]

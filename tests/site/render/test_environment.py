import base64
import hashlib
import shutil
import sys
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, TemplateNotFound, UndefinedError
from markupsafe import Markup

from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.render.assets import inline
from sessioncrawler.site.render.environment import (
    BUFFERED,
    CHECKOUT,
    KEPT_PARTS,
    build_environment,
    encoded,
    project_loader,
)
from tests.support.publishing import NOW
from tests.support.site_pages import DIRECTORY


@dataclass
class Shown:
    """As much of a page as a part needs."""

    words: Any
    site: str = ""


def test_html_is_escaped_and_text_is_not(tmp_path):
    for name in ("a.html", "a.xml", "a.unheard-of", "a.txt", "a.md"):
        (tmp_path / name).write_text("{{ x }}")
    environment = build_environment(tmp_path)
    for name in ("a.html", "a.xml", "a.unheard-of"):
        assert environment.get_template(name).render(x="<b>") == "&lt;b&gt;"
    for name in ("a.txt", "a.md"):
        assert environment.get_template(name).render(x="<b>") == "<b>"
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_an_unknown_variable_is_an_error():
    with pytest.raises(UndefinedError):
        build_environment().from_string("{{ nobody }}").render()


def test_filters_are_there():
    template = "{{ 0 | iso }} {{ 0 | time_tag }} {{ 0 | day }} {{ 9 | age }} {{ 1234 | grouped }}"
    assert build_environment().from_string(template).render() == (
        '1970-01-01T00:00:00Z <time datetime="1970-01-01T00:00:00Z">1 January 1970, 00:00 UTC</time> '
        "1 January 1970 1 day 1,234"
    )


@pytest.mark.parametrize("count", [0, 1, BUFFERED, 5 * BUFFERED + 3])
def test_pages_are_encoded_as_they_are_made(count):
    template = build_environment().from_string("{% for _ in range(count) %}{{ text }}{{ nothing }}{% endfor %}")
    assert encoded(template, count=count, text="ß\ud800", nothing="") == "ß?".encode() * count


def test_the_operators_templates_go_first(tmp_path):
    (tmp_path / "style.css").write_text("p { color: red }")
    environment = build_environment(str(tmp_path))
    assert "color: red" in environment.from_string("{{ inline('style.css').text }}").render()
    assert environment.get_template("index.html")


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ValueError, match="which isn't a folder: make it, or take the setting away"):
        build_environment(tmp_path / "nowhere")


def test_templates_are_found_in_a_zipped_egg(tmp_path, monkeypatch):
    egg = tmp_path / "house.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        archive.writestr("eggpackage/__init__.py", "")
        archive.writestr("eggpackage/templates/index.html", "out of the egg")
    monkeypatch.syspath_prepend(str(egg))
    try:
        loader = project_loader("eggpackage")
        assert Environment(loader=loader, autoescape=True).get_template("index.html").render() == "out of the egg"
    finally:
        sys.modules.pop("eggpackage", None)


def test_in_a_checkout_templates_are_read_from_the_folder(tmp_path):
    shutil.copy(CHECKOUT / "style.css", tmp_path)
    assert project_loader("sessioncrawler.site", tmp_path).list_templates() == ["style.css"]


def test_an_asset_has_the_hash_that_a_browser_computes():
    environment = Environment(loader=DictLoader({"a.css": "p {}\r\nq {}\rr {}\n"}), autoescape=True)
    asset = inline(environment, "a.css")
    assert asset.text == "p {}\nq {}\nr {}\n"
    assert asset.source == "sha256-" + base64.b64encode(hashlib.sha256(asset.text.encode()).digest()).decode()


def test_several_files_make_one_asset():
    environment = Environment(loader=DictLoader({"a.js": "a;\n", "b.js": "b;\n"}), autoescape=True)
    assert inline(environment, "a.js", "b.js").text == "a;\nb;\n"


@pytest.mark.parametrize("text", ["a </STYLE> b", "'</script>'", "<!-- ", "x <script"])
def test_an_asset_may_not_end_its_element(text):
    with pytest.raises(ValueError, match="can't stand inside a page"):
        inline(Environment(loader=DictLoader({"a.js": text}), autoescape=True), "a.js")


def test_assets_that_are_not_there():
    with pytest.raises(TemplateNotFound):
        inline(build_environment(), "none.css")
    with pytest.raises(ValueError, match="no loader"):
        inline(Environment(autoescape=True), "none.css")


@pytest.mark.parametrize("name", sorted(path.name for path in CHECKOUT.glob("*.html")))
def test_a_compiled_template_is_the_same_in_all_languages(name):
    source = (CHECKOUT / name).read_text()
    codes = {build_environment(None, site_language(code)).compile(source, name, raw=True) for code in LOCALES}
    assert len(codes) == 1


def test_a_changed_template_is_compiled_anew(tmp_path):
    for text in ("one", "two", "two"):
        (tmp_path / "index.html").write_text(text)
        assert build_environment(tmp_path).get_template("index.html").render() == text


def test_a_part_is_rendered_once_for_each_key(tmp_path):
    (tmp_path / "part.html").write_text("<b>{{ page.site }}{{ page.words }}</b>")
    part = build_environment(tmp_path).globals["part"]
    assert part("part.html", Shown("1 & 1"), "a") == Markup("<b>1 &amp; 1</b>")
    assert part("part.html", Shown("2"), "a") == "<b>1 &amp; 1</b>"
    assert part("part.html", Shown("2"), "b") == "<b>2</b>"
    assert part("part.html", Shown("2", "other"), "b") == "<b>other2</b>"


def test_parts_that_no_other_page_shares_do_not_pile_up(tmp_path):
    (tmp_path / "part.html").write_text("{{ page.words }}")
    part = build_environment(tmp_path).globals["part"]
    assert [part("part.html", Shown(n), n) for n in range(KEPT_PARTS + 1)] == [str(n) for n in range(KEPT_PARTS + 1)]
    assert part("part.html", Shown("anew"), 0) == "anew"
    assert part("part.html", Shown("kept"), KEPT_PARTS) == str(KEPT_PARTS)


@pytest.mark.parametrize("own", ["a+1", "b & <'c'>"])
def test_a_part_with_links_to_translations_is_rendered_once_for_all_of_a_kind(own):
    environment = build_environment(language=site_language("de"))
    pages = [
        Page(Place("https://x.example/", site_language("de"), f"c/{name}/"), site_view(DIRECTORY.site), NOW, {})
        for name in ("other", own)
    ]
    part = environment.globals["part"]
    for template in ("_bar.html", "_relations.html"):
        said = [part(template, page, page.place.kin) for page in pages]
        assert said[1] == environment.get_template(template).render(page=pages[1]) != said[0]

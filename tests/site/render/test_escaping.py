"""The escape function of templates: what MarkupSafe makes, without its objects."""

import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader
from markupsafe import Markup

from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.site.render.escaping import EscapingEnvironment, escape


class Shown:
    """Knows how it is shown in HTML."""

    def __html__(self) -> str:
        return "<b>"


class Named(str):
    """A string of a kind of its own."""

    __slots__ = ()


@given(st.text() | st.text("<>&'\"a") | st.integers() | st.none() | st.floats())
def test_it_is_the_text_of_markupsafe(value):
    assert escape(value) == str(markupsafe.escape(value))


@pytest.mark.parametrize("value", [Markup("<b>"), Shown(), Named("<b>")])
def test_what_knows_its_html_and_what_only_looks_like_it(value):
    assert escape(value) == str(markupsafe.escape(value))


def test_templates_escape_with_it():
    environment = EscapingEnvironment(autoescape=True)
    template = environment.from_string("{{ text }}{% macro shown(it) %}{{ it }}{% endmacro %}{{ shown(text) }}")
    assert template.root_render_func.__globals__["escape"] is escape
    assert template.render(text="<") == "&lt;&lt;"


@pytest.mark.parametrize(
    "source",
    [
        "{{ text }}",
        "{% set kept = text %}{{ kept }}",
        "{% set kept %}{{ text }}{% endset %}{{ kept }}",
        "{% macro shown(it) %}{{ it }}{% endmacro %}{{ shown(text) }}",
        "{% macro shown() %}{{ caller() }}{% endmacro %}{% call shown() %}{{ text }}{% endcall %}",
        "{{ text ~ '' }}",
        "{{ [text] | join }}",
        "{% trans it=text %}{{ it }}{% endtrans %}",
        "{{ _('{0}').replace('{0}', text) }}",
    ],
)
def test_a_text_is_escaped_once_on_every_way(source):
    environment = build_environment()
    environment.loader = DictLoader({"page.html": source})
    assert environment.get_template("page.html").render(text="<&") == "&lt;&amp;"

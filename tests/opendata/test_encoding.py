from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from sessioncrawler.opendata.encoding import compact, finite, schema, spread, spread_each

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(1e-4, 1e15) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=10,
)


@given(JSON)
def test_the_same_bytes_as_python_writes(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert compact(value) == text.encode() + b"\n"
    text = json.dumps(value, ensure_ascii=False, indent=0, separators=(",", ": "))
    assert spread(value) == text.encode() + b"\n"


@given(st.lists(JSON))
def test_one_by_one_gives_the_bytes_of_the_whole(values):
    assert spread_each(iter(values)) == spread(values)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(number):
    with pytest.raises(ValueError, match="JSON compliant"):
        finite(number)


def test_numbers_pass():
    assert (finite(1.5), finite(0.0), finite(None)) == (1.5, 0.0, None)


class Small(Struct, frozen=True):
    """A thing."""

    text: str


def test_a_schema_without_parts_has_no_definitions():
    assert json.loads(schema(Small, "small.schema.json")) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "small.schema.json",
        "title": "A thing",
        "description": "A thing.",
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
    }

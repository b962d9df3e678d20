"""Parts of the work: every server is in exactly one, on every machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.protocol.shards import Shard


@given(st.text(max_size=30), st.integers(1, 50))
def test_every_server_is_in_exactly_one_part(netloc, count):
    assert sum(Shard(number, count).holds(netloc) for number in range(1, count + 1)) == 1


def test_parts_are_the_same_on_every_machine():
    hosts = ["open.getsession.org", "sogs.example:8080", "[2001:db8::1]:22023"]
    assert [[number for number in range(1, 6) if Shard(number, 5).holds(host)] for host in hosts] == [[4], [5], [2]]


def test_parts_are_of_about_the_same_size():
    sizes = [sum(Shard(number, 4).holds(f"s{n}.example") for n in range(4_000)) for number in range(1, 5)]
    assert all(900 < size < 1100 for size in sizes)


@pytest.mark.parametrize("text", ["1/1", "2/5", " 5/5 "])
def test_a_part_is_written_as_it_is_read(text):
    assert str(Shard.parse(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "0/5", "6/5", "5", "a/b", "1/0", "-1/5", "1/5/9", "1.5/2", "٣/٥", "9" * 99 + "/1"]
)
def test_what_is_no_part_is_told_with_the_mend(text):
    with pytest.raises(ValueError, match=r"is no part of a whole; write I/N with I from 1 to N, such as shard=2/5$"):
        Shard.parse(text)

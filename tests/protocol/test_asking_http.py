import pytest

from sessioncrawler.addresses import parse_address
from sessioncrawler.protocol.asking import redirect_target, same_server, seconds_to_wait

TEN = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/rooms", "http://a.example/rooms"),
        ("?all=1", "http://a.example/r/x?all=1"),
        ("//b.example/", "http://b.example/"),
        ("https://a.example/", "https://a.example/"),
        ("http://[", ""),
    ],
)
def test_where_a_redirect_leads(location, target):
    assert redirect_target("http://a.example/r/x", location) == target


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example", "https://a.example", True),
        ("http://a.example:8080", "https://a.example:8080", True),
        ("http://a.example", "http://A.example.:80", True),
        ("http://a.example", "http://a.example:8080", False),
        ("http://a.example:443", "https://a.example:80", False),
        ("http://a.example", "http://b.example", False),
    ],
)
def test_redirects_within_a_server(one, other, same):
    assert same_server(parse_address(one), parse_address(other)) is same


@pytest.mark.parametrize(
    ("retry_after", "date", "seconds"),
    [
        ("7", "", 7.0),
        (" 0 ", "", 0.0),
        ("9" * 400, "", 999_999_999.0),
        ("Sun, 22 Nov 2026 10:00:05 GMT", TEN, 5.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", TEN, 0.0),
        ("Sun, 22 Nov 2026 10:00:05 GMT", "", None),
        ("Sun, 22 Nov 2026 10:00:05", TEN, None),
        ("", TEN, None),
        ("soon", TEN, None),
        ("-1", TEN, None),
        ("７", TEN, None),
    ],
)
def test_how_long_to_wait(retry_after, date, seconds):
    assert seconds_to_wait(retry_after, date) == seconds

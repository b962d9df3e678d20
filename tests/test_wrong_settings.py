from __future__ import annotations

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from sessioncrawler.wrong_settings import refuse_wrong, wrong_settings


def changed(**values) -> Settings:
    settings = Settings()
    settings.setmodule("sessioncrawler.settings", priority="project")
    settings.setdict(values, priority="cmdline")
    return settings


def test_those_that_are_shipped_are_right():
    refuse_wrong(changed())


@pytest.mark.parametrize(
    "values",
    [
        {"ROOMS_ON_PAGE": "50"}, {"ROOMS_ON_PAGE": 0}, {"LAST_GRACE": "0.5"}, {"LAST_GRACE": 20}, {"CRAWL_TIME": None},
        {"LOG_JSON": "true"}, {"LOG_JSON": "False"}, {"LOG_JSON": True}, {"LOG_JSON": "1"}, {"SITE_URI": "here"},
    ],
)  # fmt: skip
def test_what_may_be(values):
    assert list(wrong_settings(changed(**values))) == []


NUMBER, WHOLE, CHOICE = "a number, 0 or more", "a whole number, 0 or more", "1 for yes or 0 for no"


@pytest.mark.parametrize(
    ("name", "value", "expected", "default"),
    [
        *(("ROOMS_ON_PAGE", value, WHOLE, "100") for value in ("many", "1.5", "-1", "", "nan", None, True)),
        *(("LAST_GRACE", value, NUMBER, "15") for value in ("long", "-0.1", "", "nan", "inf", None, False)),
        *(("NEWS_DAYS", value, "a whole number, 1 or more", "90") for value in (0, "-1", "1.5", "many", "")),
        *(
            ("MONITOR_MIN_SERVERS", value, "a number from 0 to 1", "0.5")
            for value in ("half", "-0.1", "1.5", [1], "nan")
        ),
        *(("LOG_JSON", value, CHOICE, "0") for value in ("yes", "", "maybe")),
    ],
)
def test_what_may_not_be(name, value, expected, default):
    sentence = f"{name} is {str(value)!r}, and has to be {expected}: correct it, or take it away for {default}."
    assert list(wrong_settings(changed(**{name: value}))) == [sentence]


def test_all_that_are_wrong_are_told_at_once_and_no_password():
    with pytest.raises(UsageError) as told:
        refuse_wrong(changed(ICON_CPU="ftp://user:hush@host/x", LOG_JSON="perhaps", POSTERS="-5"))
    assert [line.split()[0] for line in str(told.value).splitlines()] == ["ICON_CPU", "LOG_JSON", "POSTERS"]
    assert "hush" not in str(told.value)

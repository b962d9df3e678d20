"""Log records and tracebacks without secrets, whoever shows them."""

from __future__ import annotations

import io
import logging
import sys
import threading

import pytest
from scrapy.settings import Settings

from sessioncrawler.discretion import DiscreetRecord, Discretion
from sessioncrawler.text import secrets


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What belongs to the process is as before afterwards."""
    for module, name in ((secrets, "_known"), (secrets, "_sought"), (sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(secrets, "_known", set())
    monkeypatch.setattr(secrets, "_sought", [])
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


def test_handlers_of_others_show_no_secret():
    Discretion.update_pre_crawler_settings(Settings({"SITE_URI": "ftp://user:canary@host"}))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("theirs")
    logger.addHandler(handler)
    error = ValueError("530 canary is wrong at ftp://user:other@host")
    logger.error("Error storing %(uri)s", {"uri": "ftp://user:canary@host"}, exc_info=error)
    logger.error("canary")
    logger.removeHandler(handler)
    told = stream.getvalue()
    assert told.startswith("Error storing ftp://***@host\nValueError")
    assert "ValueError: 530 *** is wrong at ftp://***@host" in told
    assert told.endswith("\n***\n")


def test_scrapys_own_defaults_are_words():
    Discretion().update_settings(Settings())
    assert secrets.redacted("guest") == "guest"
    Discretion().update_settings(Settings({"FTP_PASSWORD": "guests"}))
    assert secrets.redacted("guests") == "***"


def test_what_nobody_caught(capsys, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "canary")
    Discretion().update_settings(Settings())
    sys.excepthook(ValueError, ValueError("no canary"), None)
    thread = threading.Thread(target=lambda: int("canary"))
    thread.start()
    thread.join()
    threading.Thread(target=sys.exit).start()
    told = capsys.readouterr().err
    assert "ValueError: no ***\n" in told
    assert "invalid literal for int() with base 10: '***'" in told
    assert "canary" not in told.replace('int("canary")', "")
    assert "SystemExit" not in told


def test_a_record_without_an_error_has_no_traceback():
    record = DiscreetRecord("x", logging.ERROR, "", 1, "message", (), (None, None, None))
    assert record.exc_text is None

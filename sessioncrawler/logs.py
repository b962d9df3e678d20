"""The log: one line an event, as text or as JSON, whatever strangers write and however long a traceback is.

What Scrapy says of items is made short here (``LOG_FORMATTER``): names and descriptions stay out of the log.
Scrapy makes its root handler anew for every crawler and has no setting for its formatter. So ``settings.py`` tells it
to make none (``LOG_INSTALL_ROOT_HANDLER``), and an add-on makes one that follows the same settings: Scrapy asks add-ons
before the first line is logged, and again for each crawler.
"""

from __future__ import annotations

import copy
import json
import logging
import unicodedata
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import BaseSettings
from scrapy.utils.log import TopLevelFormatter
from twisted.python.failure import Failure

from sessioncrawler.text.secrets import redacted

MOST = 20_000
"""Characters of a message, and of a traceback; what is longer loses its middle."""
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode that change how the rest of a line is shown: control, format, lone surrogates, line breaks."""
_JOINERS = "\u200c\u200d"
"""Of category Cf, but Persian words and many emoji need them."""


def one_line(text: str) -> str:
    """``text`` in one line: `` | `` for line breaks and the indentation after them, escapes for control characters."""
    text = " | ".join(line.strip() for line in shortened(text).splitlines() if line.strip())
    return text if text.isprintable() else "".join(map(_visible, text))


def shortened(text: str) -> str:
    """``text`` without its middle, if it is longer than :data:`MOST`."""
    if len(text) <= MOST:
        return text
    half = MOST // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


def _visible(letter: str) -> str:
    if unicodedata.category(letter) not in _ESCAPED or letter in _JOINERS:
        return letter
    return letter.encode("unicode_escape").decode()


class OneLineLogFormatter(LogFormatter):
    """Leaves whole items out of the log; each is known by its identifier.

    ``level`` is the least level that the log shows. Scrapy makes a record of every response and every item before
    anybody asks whether it is wanted; for messages below ``level`` the methods return None, which it takes for
    "nothing to say".
    """

    def __init__(self, level: int = logging.DEBUG) -> None:
        self._level = level

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make a formatter for the level that ``LOG_LEVEL`` names."""
        return cls(logging.getLevelNamesMapping().get(str(crawler.settings["LOG_LEVEL"]).upper(), logging.DEBUG))

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        """Scrapy's message; None where the log does not show it."""
        if self._level > logging.DEBUG:
            return None  # type: ignore[return-value]  # documented by Scrapy, but not in its annotations
        return super().crawled(request, response, spider)

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The reason alone; it names the Community. Its level is that of the exception, INFO without one."""
        del item, response, spider
        level = getattr(exception, "log_level", None) or "INFO"
        return {"level": logging.getLevelName(level), "msg": "Dropped: %(exception)s", "args": {"exception": exception}}

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """The kind of the item, and its identifier where it has one; None where the log does not show it."""
        del response, spider
        if self._level > logging.DEBUG:
            return None  # type: ignore[return-value]  # as above
        name = getattr(item, "identifier", "")
        return {
            "level": logging.DEBUG,
            "msg": "Scraped: %(kind)s %(name)s",
            "args": {"kind": type(item).__name__, "name": name},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The kind of the item, and its identifier where it has one; Scrapy adds the traceback."""
        del exception, response, spider
        args = {"kind": type(item).__name__, "name": getattr(item, "identifier", "")}
        return {"level": logging.ERROR, "msg": "Error processing: %(kind)s %(name)s", "args": args}


class OneLineFormatter(logging.Formatter):
    """``LOG_FORMAT`` in one line, the traceback at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break."""
        record = _without_needless_traceback(record)
        try:
            return one_line(super().format(record))
        except Exception:  # noqa: BLE001 - what cannot be formatted is told as far as it can be
            told = copy.copy(record)
            told.msg, told.args = _message(record), ()
            return one_line(super().format(told))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in ASCII: ``time``, ``level``, ``logger``, ``message``, ``spider``, ``exception``.

    ``time`` is ISO 8601 in UTC with milliseconds. ``spider`` and ``exception`` (a whole traceback) are there where they
    are known.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break."""
        record = _without_needless_traceback(record)
        exception = "\n".join(filter(None, (self._traceback(record), record.stack_info)))
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": shortened(_message(record)),
            **({"spider": name} if (name := _spider(record)) else {}),
            **({"exception": shortened(exception)} if exception else {}),
        }
        # Lone surrogates are no characters: as escapes within the text they survive the strictest reader.
        return json.dumps({key: value.encode(errors="backslashreplace").decode() for key, value in event.items()})

    def _traceback(self, record: logging.LogRecord) -> str:
        if record.exc_text or not record.exc_info:
            return record.exc_text or ""
        return self.formatException(record.exc_info)


def _without_needless_traceback(record: logging.LogRecord) -> logging.LogRecord:
    """A record whose exception is a sentence for people (attribute ``is_sentence``) tells that and no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if not getattr(error, "is_sentence", False):
        return record
    told = copy.copy(record)
    told.exc_info, told.exc_text = None, redacted(str(error))
    return told


def _message(record: logging.LogRecord) -> str:
    """The message; where it and its arguments do not go together, both."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - arguments may be anything, and one that raises must not lose the line
        return f"{record.msg} (arguments that do not fit)"


def _spider(record: logging.LogRecord) -> str:
    spider = getattr(record, "spider", None) or getattr(getattr(record, "crawler", None), "spidercls", None)
    return str(getattr(spider, "name", None) or "")


class OneLineLogs:
    """Scrapy add-on: makes the root handler by Scrapy's own ``LOG_…`` settings and ``LOG_JSON``."""

    _handler: ClassVar[logging.Handler | None] = None
    _made_for: ClassVar[list[Any]] = []
    _settings = (
        "LOG_ENABLED",
        "LOG_FILE",
        "LOG_FILE_APPEND",
        "LOG_ENCODING",
        "LOG_FORMAT",
        "LOG_DATEFORMAT",
        "LOG_LEVEL",
        "LOG_SHORT_NAMES",
        "LOG_JSON",
    )

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Make the handler of a process."""
        cls._install(settings)

    def update_settings(self, settings: BaseSettings) -> None:
        """Make it anew where a crawler is set differently."""
        self._install(settings)

    @classmethod
    def _install(cls, settings: BaseSettings) -> None:
        wanted = [settings.get(name) for name in cls._settings]
        if cls._handler is not None:
            if wanted == cls._made_for:
                return
            logging.root.removeHandler(cls._handler)
            cls._handler.close()
        OneLineLogs._handler, OneLineLogs._made_for = make_handler(settings), wanted
        logging.root.setLevel(logging.NOTSET)
        logging.root.addHandler(OneLineLogs._handler)


def make_handler(settings: BaseSettings) -> logging.Handler:
    """A handler as Scrapy makes it (``LOG_FILE``, ``LOG_LEVEL`` …), with a formatter of ours and no colours."""
    handler: logging.Handler = logging.NullHandler()
    if settings.get("LOG_FILE"):
        mode = "a" if settings.getbool("LOG_FILE_APPEND", True) else "w"
        handler = logging.FileHandler(
            settings["LOG_FILE"], mode, settings.get("LOG_ENCODING"), errors="backslashreplace"
        )
    elif settings.getbool("LOG_ENABLED", True):
        handler = logging.StreamHandler()
    text = OneLineFormatter(settings.get("LOG_FORMAT"), settings.get("LOG_DATEFORMAT"))
    handler.setFormatter(JsonFormatter() if settings.getbool("LOG_JSON") else text)
    handler.setLevel(settings.get("LOG_LEVEL"))
    if settings.getbool("LOG_SHORT_NAMES"):
        handler.addFilter(TopLevelFormatter(["scrapy"]))
    return handler

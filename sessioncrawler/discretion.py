"""No secret in any log line or traceback, whoever writes it and whoever shows it (``text/secrets.py``)."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from sessioncrawler.text.secrets import learn, redacted
from sessioncrawler.wrong_settings import refuse_wrong


class DiscreetRecord(logging.LogRecord):
    """A log record without secrets: handlers of others, such as Scrapy Cloud's, show no more than ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[1] is not None and not self.exc_text:
            # Every formatter takes this where it is there.
            self.exc_text = redacted(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802 - the name in logging
        """The message, when its arguments are in it."""
        return redacted(super().getMessage())


class Discretion:
    """Scrapy add-on: learns what is secret before the first line is logged, and again for each crawler."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """For a process."""
        be_discreet(settings)

    def update_settings(self, settings: BaseSettings) -> None:
        """For a crawler, whose spider may have settings of its own."""
        be_discreet(settings)


class CarefulCommand(ScrapyCommand):
    """A command that shows no secret, and does nothing while settings are wrong."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read ``-s NAME=VALUE`` as Scrapy does, and keep the secrets, also where the ``-s`` was forgotten.

        Raises UsageError, which Scrapy prints, where settings are wrong.
        """
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - scrapy.cmdline sets it
        be_discreet(self.settings)
        learn({"argument": args})
        refuse_wrong(self.settings)


class ReadingCommand(CarefulCommand):
    """For commands that need no crawler."""

    requires_crawler_process = False


def be_discreet(settings: BaseSettings) -> None:
    """Hide the secrets of ``settings`` and of the environment in all that is logged, and in tracebacks on stderr."""
    learn(_set_by_somebody(settings))
    learn(os.environ)
    logging.setLogRecordFactory(DiscreetRecord)
    sys.excepthook, threading.excepthook = _tell, _tell_of_thread


def _set_by_somebody(settings: BaseSettings) -> Mapping[str, object]:
    """Without Scrapy's own defaults: ``guest`` is a word, too."""
    return {str(name): value for name, value in settings.items() if settings.getpriority(name)}


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))


def _tell_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit and told.exc_value is not None:
        _tell(told.exc_type, told.exc_value, told.exc_traceback)

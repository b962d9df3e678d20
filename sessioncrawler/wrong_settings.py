"""Settings that cannot be what they are to be are told before anything is done, all of them at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from sessioncrawler.text.secrets import redacted


def wrong_settings(settings: BaseSettings) -> Iterator[str]:
    """A sentence for each of our settings that is no number, or no yes or no, where it has to be one.

    What is a whole number, and what may have a fraction, is told by the default in ``settings.py``.
    """
    for name, default in sorted(settings["DEFAULTS"].items()):
        value = settings[name]
        if isinstance(default, bool):
            if not _is_yes_or_no(settings, name):
                yield _sentence(name, "1 for yes or 0 for no", value, "1" if default else "0")
        elif isinstance(default, int):
            if not _is_number(value, int):
                yield _sentence(name, "a whole number, 0 or more", value, default)
        elif isinstance(default, float) and not _is_number(value, float):
            yield _sentence(name, "a number, 0 or more", value, f"{default:g}")


def refuse_wrong(settings: BaseSettings) -> None:
    """Raise UsageError, which commands print, where settings are wrong."""
    if wrong := list(wrong_settings(settings)):
        raise UsageError("\n".join(wrong), print_help=False)


def _is_yes_or_no(settings: BaseSettings, name: str) -> bool:
    try:
        settings.getbool(name)
    except (TypeError, ValueError):
        return False
    return True


def _is_number(value: Any, kind: type[int | float]) -> bool:
    if isinstance(value, bool):
        return False
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return math.isfinite(number) and number >= 0


def _sentence(name: str, expected: str, value: Any, default: Any) -> str:
    return f"{name} is {redacted(str(value))!r}, and has to be {expected}: correct it, or take it away for {default}."

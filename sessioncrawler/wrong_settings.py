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

    What is a whole number, what may have a fraction, and what is too little or too much, is told by ``settings.py``.
    """
    for name, default in sorted(settings["DEFAULTS"].items()):
        value = settings[name]
        least, most = settings["LIMITS"].get(name, (0, math.inf))
        limits = f", {least:g} or more" if most == math.inf else f" from {least:g} to {most:g}"
        if isinstance(default, bool):
            if not _is_yes_or_no(settings, name):
                yield _sentence(name, "1 for yes or 0 for no", value, "1" if default else "0")
        elif isinstance(default, int):
            if not _is_number(value, int, least, most):
                yield _sentence(name, f"a whole number{limits}", value, default)
        elif isinstance(default, float) and not _is_number(value, float, least, most):
            yield _sentence(name, f"a number{limits}", value, f"{default:g}")


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


def _is_number(value: Any, kind: type[int | float], least: float, most: float) -> bool:
    if isinstance(value, bool):
        return False
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return math.isfinite(number) and least <= number <= most


def _sentence(name: str, expected: str, value: Any, default: Any) -> str:
    return f"{name} is {redacted(str(value))!r}, and has to be {expected}: correct it, or take it away for {default}."

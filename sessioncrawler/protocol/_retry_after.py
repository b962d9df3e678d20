"""``Retry-After`` of RFC 9110, section 10.2.3."""

from __future__ import annotations

from email.utils import parsedate_to_datetime


def seconds_to_wait(retry_after: str, date: str) -> float | None:
    """Seconds to wait; None where the header is absent or says nothing.

    An HTTP date counts from the answer's own ``Date``, so that no clock has to be right.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None

"""What HTTP itself says in an answer (RFC 9110): where a redirect leads, how long to leave a busy server alone."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from sessioncrawler.model import DEFAULT_PORTS, Address


def redirect_target(url: str, location: str) -> str:
    """The URL that the header ``Location`` means at ``url`` (section 10.2.2); empty where it is none."""
    try:
        return urljoin(url, location)
    except ValueError:  # "http://[" for one
        return ""


def same_server(one: Address, other: Address) -> bool:
    """Same host, and the same port or each its scheme's own: http may redirect to https."""
    if one.host != other.host:
        return False
    return one.port == other.port or all(DEFAULT_PORTS[a.scheme] == a.port for a in (one, other))


def seconds_to_wait(retry_after: str, date: str) -> float | None:
    """Seconds that the header ``Retry-After`` asks for (section 10.2.3); None where it is absent or says nothing.

    An HTTP date counts from the answer's own ``Date``, so that no clock has to be right.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None

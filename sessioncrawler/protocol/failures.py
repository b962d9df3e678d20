"""Why a request failed."""

from __future__ import annotations

from sessioncrawler.model import Outcome
from sessioncrawler.text.secrets import redacted


class TryError(Exception):
    """A request failed. ``outcome`` is the class of the failure, ``tries`` the connections it cost."""

    def __init__(self, outcome: Outcome, detail: str, *, again: bool = False, final: bool = False) -> None:
        detail = redacted(detail)  # pages show it
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        """Words that go on after the server's name."""
        self.again = again
        """Whether the connection was made, so that another try may bring the content."""
        self.final = final
        """Whether no other try is worth making, whatever earlier ones came to."""
        self.later = False
        """Whether it was not even tried, for a lack of ours: another time it may be."""
        self.handshake = False
        """Whether the connection broke off in the TLS handshake."""
        self.tries = 1

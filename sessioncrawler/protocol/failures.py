"""Why a request failed."""

from __future__ import annotations

from sessioncrawler.model import Outcome


class TryError(Exception):
    """A request failed. ``outcome`` is the class of the failure, ``tries`` the connections it cost."""

    def __init__(self, outcome: Outcome, detail: str, *, again: bool = False) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        """Words that go on after the server's name."""
        self.again = again
        """Whether the connection was made, so that another try may bring the content."""
        self.tries = 1

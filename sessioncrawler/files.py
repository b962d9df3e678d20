"""How many files this process may open: as many as a crawl needs, whatever the shell allows by default."""

from __future__ import annotations

import contextlib
import resource

from scrapy.settings import BaseSettings


class OpenFiles:
    """Scrapy add-on: raises the soft limit of open files to ``OPEN_FILES``, as far as the hard one goes.

    Nothing is lowered. Where the limit can't be raised, ``downloadhandlers/_sockets.py`` keeps to the one that holds.
    """

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Raise it for the process, before anything is opened."""
        raise_limit(settings.getint("OPEN_FILES"))

    def update_settings(self, settings: BaseSettings) -> None:
        """Raise it where a crawler of several in a process wants more."""
        raise_limit(settings.getint("OPEN_FILES"))


def raise_limit(wanted: int) -> None:
    """Let this process open ``wanted`` files, or as many as it may let itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with contextlib.suppress(OSError):  # a filter of system calls may forbid it
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

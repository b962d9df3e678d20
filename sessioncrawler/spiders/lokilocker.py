"""The wiki of LokiLocker."""

from __future__ import annotations

from sessioncrawler.spiders._source import SourceSpider


class LokiLocker(SourceSpider):
    """Join links of the page "Session Open Groups" in LokiLocker's wiki, a Gitea."""

    name = "lokilocker"
    title = "LokiLocker wiki"
    home = "https://lokilocker.com/Mods/Session-Groups/wiki/Session-Open-Groups"

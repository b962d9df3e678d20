"""The wiki of LokiLocker."""

from __future__ import annotations

from sessioncrawler.spiders._listing import ListingSpider


class LokiLocker(ListingSpider):
    """Join links of the page "Session Open Groups" in LokiLocker's wiki, a Gitea."""

    name = "lokilocker"
    listing_url = "https://lokilocker.com/Mods/Session-Groups/wiki/Session-Open-Groups"

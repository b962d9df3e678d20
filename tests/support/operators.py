"""Settings as operators have them who set nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.settings import Settings


def operators_settings(changed: Mapping[str, Any] | None = None) -> Settings:
    """Scrapy's settings and the project's, but for what is ``changed``."""
    settings = Settings()
    settings.setmodule("sessioncrawler.settings", priority="project")
    settings.setdict(changed or {}, priority="cmdline")
    return settings

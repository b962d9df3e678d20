"""What spiders take from ``directory.toml``."""

from __future__ import annotations

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from sessioncrawler import __version__
from sessioncrawler.editorial.config import Directory, DirectoryError, configured_directory
from sessioncrawler.text.secrets import redacted


def directory_of(settings: BaseSettings) -> Directory:
    """The operator's directory; UsageError, which commands print as a sentence, where it cannot be read."""
    try:
        return configured_directory(settings["DIRECTORY_CONFIG"])
    except DirectoryError as error:
        raise UsageError(redacted(str(error)), print_help=False) from error


def introduce(settings: BaseSettings) -> None:
    """Set the User-Agent to who we are and how to reach the operator, unless it was set on purpose."""
    contact = settings.get("CONTACT_URL") or directory_of(settings).site.contact
    settings.set("USER_AGENT", f"sessioncrawler/{__version__} (+{redacted(contact)})", priority="spider")

"""The Jinja environment in which every text file of the site is rendered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)

from sessioncrawler.site import assets, dates, keys, numbers, text

PACKAGE = "sessioncrawler"
CHECKOUT = Path(__file__).resolve().parents[2] / "templates"
"""The top-level folder of a checkout; an egg carries it as ``sessioncrawler/templates``."""
PLAIN_ENDINGS = ("txt", "md")
"""Files in which ``&`` means itself. Everything else is escaped: a template of a new kind is safe until listed here."""

FILTERS = {
    "cut": text.cut,
    "day": dates.day,
    "day_and_minute": dates.day_and_minute,
    "fingerprint": keys.fingerprint,
    "grouped": numbers.grouped,
    "hue": keys.hue,
    "initial": text.initial,
    "iso": dates.iso,
    "name": text.name,
    "prose": text.prose,
    "time_tag": dates.time_tag,
}


def build_environment(folder: str | Path | None = None) -> Environment:
    """Build the environment: HTML is escaped, an unknown variable is an error, ``inline(file)`` gives an asset.

    ``folder`` (the setting ``SITE_TEMPLATES``) holds templates that go before the project's own.
    Raises ``ValueError`` where it is named and isn't a folder.
    """
    environment = Environment(
        loader=ChoiceLoader([*_operator_loaders(folder), project_loader()]),
        autoescape=select_autoescape(default=True, default_for_string=True, disabled_extensions=PLAIN_ENDINGS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["inline"] = partial(assets.inline, environment)
    return environment


def _operator_loaders(folder: str | Path | None) -> list[BaseLoader]:
    if not folder:
        return []
    if not Path(folder).is_dir():
        raise ValueError(f"SITE_TEMPLATES names {folder}, which isn't a folder: make it, or take the setting away.")
    return [FileSystemLoader(folder)]


def project_loader(package: str = PACKAGE, checkout: Path = CHECKOUT) -> BaseLoader:
    """Load the project's templates: from the package where they were packed into it (an egg), else the checkout's."""
    try:
        return PackageLoader(package, "templates")
    except ValueError:
        return FileSystemLoader(checkout)

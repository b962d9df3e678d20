"""The Jinja environment in which every text file of the site is rendered."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
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
from sessioncrawler.site.i18n import DEFAULT, SiteLanguage, localise, site_language

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


def build_environment(folder: str | Path | None = None, language: SiteLanguage | None = None) -> Environment:
    """Build the environment: HTML is escaped, an unknown variable is an error, ``inline(file)`` gives an asset.

    ``folder`` (the setting ``SITE_TEMPLATES``) holds templates that go before the project's own; ``language`` is that
    of the pages, English where it is None.
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
    localise(environment, language or site_language(DEFAULT))
    # Remembered: thousands of pages carry the same style sheet.
    environment.globals["inline"] = cache(partial(assets.inline, environment))
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


def file_bytes(name: str, folder: str | Path | None = None) -> bytes:
    """Read the file ``name``, which is no text, from where templates are; the one in ``folder`` goes first.

    Raises ``FileNotFoundError``.
    """
    if folder and (own := Path(folder, name)).is_file():
        return own.read_bytes()
    packed = files(PACKAGE).joinpath("templates", name)
    return packed.read_bytes() if packed.is_file() else CHECKOUT.joinpath(name).read_bytes()

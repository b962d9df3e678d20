"""The Jinja environment in which every text file of the site is rendered."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from io import BytesIO
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    select_autoescape,
)
from jinja2.bccache import Bucket
from markupsafe import Markup

from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, localise, site_language
from sessioncrawler.site.pages.paths import HERE, Place
from sessioncrawler.site.render import assets
from sessioncrawler.site.render.escaping import EscapingEnvironment
from sessioncrawler.text import dates

PACKAGE = "sessioncrawler"
CHECKOUT = Path(__file__).resolve().parents[3] / "templates"
"""The top-level folder of a checkout; an egg carries it as ``sessioncrawler/templates``."""
PLAIN_ENDINGS = ("txt", "md")
"""Files in which ``&`` means itself. Everything else is escaped: a template of a new kind is safe until listed here."""
KEPT_PARTS = 100
"""Parts of pages that are remembered for the pages to come, in each language."""
BUFFERED = 200
"""Parts of a template that are encoded at once."""


class _Compiled(BytecodeCache):
    """Keeps compiled templates in memory: they are the same for all languages (``test_environment.py``)."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template whose source has not changed."""
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember a code."""
        self._known[bucket.key] = (bucket.checksum, cast("CodeType", bucket.code))


_COMPILED = _Compiled()


def build_environment(folder: str | Path | None = None, language: SiteLanguage | None = None) -> Environment:
    """Build the environment: HTML is escaped, an unknown variable is an error.

    Two functions are there for all templates: ``inline(files)`` gives an asset, ``part(template, page, key)`` the text
    of a template that shows nothing of ``page`` but what is the same on all pages with that ``key``; where that is a
    place, ``page`` is rendered as if it stood there.
    Beside Jinja's own filters there are ``iso`` (Unix seconds as ``2026-01-22T08:05:00Z``) and those of
    :func:`~sessioncrawler.site.i18n.languages.localise`: ``age``, ``day``, ``day_tag``, ``grouped`` and ``time_tag``.

    ``folder`` (the setting ``SITE_TEMPLATES``) holds templates that go before the project's own; ``language`` is that
    of the pages, English where it is None.
    Raises ``ValueError`` where it is named and isn't a folder.
    """
    environment = EscapingEnvironment(
        loader=ChoiceLoader([*_operator_loaders(folder), project_loader()]),
        autoescape=select_autoescape(default=True, default_for_string=True, disabled_extensions=PLAIN_ENDINGS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # An environment lasts as long as a crawl; thousands of pages would look for changes of each template.
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    environment.filters["iso"] = dates.iso
    localise(environment, language or site_language(DEFAULT))
    # Remembered: thousands of pages carry the same style sheet.
    environment.globals["inline"] = cache(partial(assets.inline, environment))
    environment.globals["part"] = _parts(environment)
    return environment


def compile_pages(folder: str | Path | None = None) -> None:
    """Compile all pages, which takes a third of a second, before they are needed; in any thread.

    What is wrong with a template, or with ``folder``, is said when it is rendered.
    """
    with suppress(ValueError):
        environment = build_environment(folder)
        for name in environment.list_templates(extensions=["html"]):
            with suppress(TemplateError):
                environment.get_template(name)


def encoded(template: Template, **context: Any) -> bytes:
    """Render ``template`` as UTF-8; what that can't hold becomes a question mark.

    It is encoded as it is made: a page of thousands of Communities takes four bytes a letter as one text.
    """
    file, parts = BytesIO(), template.generate(**context)
    while some := list(islice(parts, BUFFERED)):
        file.write("".join(some).encode(errors="replace"))
    return file.getvalue()


def _parts(environment: Environment) -> Callable[[str, Any, Hashable], Markup]:
    known: dict[tuple[str, Hashable, Hashable], Markup] = {}

    def part(template: str, page: Any, key: Hashable) -> Markup:
        text = known.get((template, key, page.site))
        if text is None:
            if len(known) >= KEPT_PARTS:
                known.clear()
            shown = replace(page, place=key) if isinstance(key, Place) else page
            text = Markup(environment.get_template(template).render(page=shown))  # noqa: S704 - rendered, so escaped
            known[template, key, page.site] = text
        # Markup would escape what is quoted already.
        return Markup(str.replace(text, HERE, page.place.own)) if HERE in text else text  # noqa: S704 - as above

    return part


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

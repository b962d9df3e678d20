"""From what a page shows to its bytes, for the list of outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sessioncrawler.publish.edition import Edition
from sessioncrawler.site.history.gone import gone_pages
from sessioncrawler.site.history.moved import moved_pages
from sessioncrawler.site.history.server import server_pages
from sessioncrawler.site.history.stats import stats_page
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.about import about_page
from sessioncrawler.site.pages.community import community_pages
from sessioncrawler.site.pages.every_page import Page, error_page, plain_page
from sessioncrawler.site.pages.keys import keys_page
from sessioncrawler.site.pages.list import list_page
from sessioncrawler.site.pages.paths import INDEX
from sessioncrawler.site.pages.status import status_page
from sessioncrawler.site.pages.webmanifest import ICONS
from sessioncrawler.site.render.environment import encoded, file_bytes


def render(edition: Edition, template: str, code: str = DEFAULT, **context: Any) -> bytes:
    """The file that ``template`` makes of ``context``, in the language with the code ``code``."""
    return encoded(edition.environment(code).get_template(template), **context)


def the_list(edition: Edition, code: str) -> bytes:
    """All Communities."""
    page = list_page(edition.cards, edition.left_out, site_language(code))
    return render(edition, "index.html", code, page=page)


def each_community(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """A page for each Community, by its path below ``c/``: listed, known by a former identifier, or gone."""
    taken = []

    def file(page: Page, template: str) -> tuple[str, bytes]:
        taken.append(page.place.path)
        return f"{page.place.path.removeprefix('c/')}{INDEX}", render(edition, template, page=page)

    for page in community_pages(edition.cards, edition.weekly, edition.server_paths):
        yield file(page, "community.html")
    for moved in moved_pages(edition.cards):
        yield file(moved, "moved.html")
    for gone in gone_pages(edition.known, edition.cards, taken):
        yield file(gone, "gone.html")


def each_server(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """A page for each server in each language, by its path below the root of the site."""
    paths, histories = edition.server_paths, edition.server_histories
    for page in server_pages(edition.servers, edition.cards, edition.known, paths, histories):
        code = page.language.code
        yield f"{page.place.folder}{INDEX}", render(edition, "server.html", code, page=page)


def stats(edition: Edition, code: str) -> bytes:
    """The whole network over time."""
    return render(edition, "stats.html", code, page=stats_page(edition.known, site_language(code)))


def about(edition: Edition, code: str) -> bytes:
    """The directory itself, with its numbers."""
    page = about_page(
        edition.cards,
        edition.left_out,
        site_language(code),
        polls=edition.polls,
        summaries=edition.known.sources,
        sources=edition.sources,
    )
    return render(edition, "about.html", code, page=page)


def plain(edition: Edition, name: str, code: str) -> bytes:
    """A page that says the same after each crawl; ``name`` is that of its template, too."""
    page = plain_page(edition.directory, edition.now, site_language(code), name)
    return render(edition, f"{name}.html", code, page=page)


def errors(edition: Edition) -> bytes:
    """For addresses at which there is nothing."""
    return render(edition, "404.html", page=error_page(edition.directory, edition.now))


def status(edition: Edition) -> bytes:
    """How every server answers, and how well each source does."""
    return render(edition, "status.html", page=status_page(edition.known, edition.server_paths))


def keys(edition: Edition) -> bytes:
    """What is proven of keys, and what happened to them."""
    return render(edition, "keys.html", page=keys_page(edition.known))


def logos(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The picture of the site in several sizes, by its path below ``logo/``."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", edition.templates)

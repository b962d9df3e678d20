"""From what a page shows to its bytes, for the list of outputs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sessioncrawler.opendata.bundle import NAME as BUNDLE
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.places import moved_servers
from sessioncrawler.site.history.gone import gone_pages
from sessioncrawler.site.history.moved import moved_pages, moved_server_pages
from sessioncrawler.site.history.server import server_pages
from sessioncrawler.site.history.stats import stats_page
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.list.facts import search_index
from sessioncrawler.site.list.page import ListPage, list_pages
from sessioncrawler.site.pages.about import about_page
from sessioncrawler.site.pages.community import community_pages
from sessioncrawler.site.pages.every_page import ALL, Page, error_page, plain_page
from sessioncrawler.site.pages.keys import keys_page
from sessioncrawler.site.pages.paths import INDEX, PAGE, SEARCH_INDEX
from sessioncrawler.site.pages.status import status_page
from sessioncrawler.site.pages.webmanifest import ICONS
from sessioncrawler.site.render.environment import encoded, file_bytes
from sessioncrawler.site.shelves.page import browse_page, shelf_page


def render(edition: Edition, template: str, code: str = DEFAULT, **context: Any) -> bytes:
    """The file that ``template`` makes of ``context``, in the language with the code ``code``."""
    return encoded(edition.environment(code).get_template(template), **context)


def the_list(edition: Edition, code: str) -> bytes:
    """All Communities, or the first of them."""
    page = next(_list_pages(edition, code))
    return render(edition, "index.html", code, page=page)


def further_pages(edition: Edition, code: str) -> Iterator[tuple[str, bytes]]:
    """The other pages of a long list, by their paths below ``page/``."""
    for page in islice(_list_pages(edition, code), 1, None):
        yield f"{page.place.path.removeprefix(PAGE)}{INDEX}", render(edition, "index.html", code, page=page)


def _list_pages(edition: Edition, code: str) -> Iterator[ListPage]:
    shelved = {shelf.path for shelf in edition.shelves.all}
    return list_pages(
        edition.cards,
        edition.left_out,
        site_language(code),
        whole=edition.list_whole,
        shelves=shelved,
        facts=edition.list_facts,
    )


def the_search_index(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """What the scripts of a long list search, by its path below the root; nothing where there is one page."""
    if len(edition.cards.in_order) > edition.list_whole:
        yield SEARCH_INDEX, search_index(edition.cards.in_order)


def each_community(edition: Edition, part: slice = ALL) -> Iterator[tuple[str, bytes]]:
    """A page for each Community that is listed, or for those of a ``part``, by its path below the root of the site."""
    for page in community_pages(edition.cards, edition.surroundings, part=part):
        yield _path(page), render(edition, "community.html", page.language.code, page=page)


def each_former_community(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """A page for each former identifier, and for each Community that is gone, by path below the root of the site."""
    for moved in moved_pages(edition.cards):
        yield _path(moved), render(edition, "moved.html", moved.language.code, page=moved)
    gone_ones = gone_pages(edition.known, edition.cards, edition.taken, most_translated=edition.communities_translated)
    for gone in gone_ones:
        yield _path(gone), render(edition, "gone.html", gone.language.code, page=gone)


def _path(page: Page) -> str:
    return f"{page.place.folder}{INDEX}"


def each_server(edition: Edition, part: slice = ALL) -> Iterator[tuple[str, bytes]]:
    """A page for each server, or for those of a ``part``, in each language, by its path below the root of the site."""
    paths, histories, languages = edition.server_paths, edition.server_histories, edition.server_languages
    pages = server_pages(
        edition.servers, edition.cards, edition.known, paths, histories, languages=languages, part=part
    )
    for page in pages:
        yield _path(page), render(edition, "server.html", page.language.code, page=page)


def each_former_server(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """What leads from the former addresses of servers to their pages, by path below the root of the site."""
    former, languages = moved_servers(edition.places), edition.server_languages
    for page in moved_server_pages(former, edition.directory.site, edition.now, languages):
        yield _path(page), render(edition, "moved_server.html", page.language.code, page=page)


def shelves(edition: Edition, code: str) -> Iterator[tuple[str, bytes]]:
    """A page for each language and topic, by its path below the folder of the language with the code ``code``."""
    language = site_language(code)
    for shelf in edition.shelves.all:
        page = shelf_page(shelf, edition.cards, language, most=edition.most_on_shelf)
        yield f"{shelf.path}{INDEX}", render(edition, "shelf.html", code, page=page)


def browse(edition: Edition, code: str) -> bytes:
    """The ways to all languages and topics."""
    return render(edition, "browse.html", code, page=browse_page(edition.shelves, edition.cards, site_language(code)))


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
        public_key=edition.signing.public if edition.signing else "",
        bundle=edition.data.get(BUNDLE, (0, ""))[0],
    )
    return render(edition, "about.html", code, page=page)


def plain(edition: Edition, name: str, code: str) -> bytes:
    """A page that says the same after each crawl; ``name`` is that of its template, too."""
    page = plain_page(edition.directory, edition.now, site_language(code), name)
    return render(edition, f"{name}.html", code, page=page)


def errors(edition: Edition) -> bytes:
    """For addresses at which there is nothing."""
    return render(edition, "404.html", page=error_page(edition.directory, edition.now))


def status(edition: Edition, code: str) -> bytes:
    """How every server answers, and how well each source does."""
    alone = len(edition.server_languages) == 1
    page = status_page(edition.known, edition.server_paths, edition.icons(), site_language(code), servers_alone=alone)
    return render(edition, "status.html", code, page=page)


def keys(edition: Edition, code: str) -> bytes:
    """What is proven of keys, and what happened to them."""
    return render(edition, "keys.html", code, page=keys_page(edition.known, site_language(code)))


def logos(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The picture of the site in several sizes, by its path below ``logo/``."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", edition.templates)

"""What the list weighs on the wire: the page and everything that it loads, compressed as every web server does."""

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser import pages

MOST = 120 * 1024
"""Bytes for about a hundred Communities, icons aside."""
SETTLED = 300
"""Milliseconds after which a page has asked for all it wants."""


def weight(visitor):
    """Compressed bytes of all files that a visit loaded."""
    visitor.page.wait_for_timeout(SETTLED)
    files = {Path(unquote(urlsplit(url).path)) for url in visitor.requests}
    assert files
    return sum(len(gzip.compress(path.read_bytes())) for path in files if path.parent.name != "icons")


def test_a_hundred_communities_are_light(visit, tmp_path):
    target = pages.write(pages.simulated(100), tmp_path)
    assert weight(visit(target)) <= MOST


def test_the_directory_of_2026_is_light(visit, real):
    assert weight(visit(real)) <= MOST

"""What kind of test is where: one table marks them all (docs/testing.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure.
settings.register_profile("busy", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
# What ``make quick`` takes: a third of the cases of each property that does not say how many it wants.
settings.register_profile("quick", settings.get_profile("busy"), max_examples=33)

TESTS = Path(__file__).parent
KINDS = {
    "scale": ("attacks", "scale"),
    "faults": ("faults",),
    "machine": ("machine",),
    "deploy": ("deploy",),
    "browser": ("browser",),
    "crawl": (
        *("bench", "commands", "spiders"),
        "docs/test_shown.py",
        "explain/test_agreement.py",
        *(f"pipelines/test_{name}.py" for name in ("icons", "icons_attacked", "icons_crawled", "icons_refused")),
        *(f"pipelines/test_{name}.py" for name in ("decoder", "decoder_alone", "sightings")),
        *(f"downloadhandlers/test_{name}.py" for name in ("compression", "proxied_crawls", "ssrf_crawls")),
        # These crawl nobody, but take long: weeks of a state, PostgreSQL, leases, pauses, garbage, hostile pages.
        *(f"downloadhandlers/test_{name}.py" for name in ("both_schemes_at_once", "crowds", "wreckage")),
        *(f"downloadhandlers/test_{name}.py" for name in ("lanes", "pauses")),
        *(f"extensions/test_{name}.py" for name in ("growth", "strangers", "watch")),
        *(f"feedstorages/test_{name}.py" for name in ("bucket", "folder_locks", "ftp", "lease")),
        *(f"state/test_{name}.py" for name in ("copies", "memory", "remembered")),
        "fuzz/test_fuzz_site.py",
        "publish/test_workers.py",
        *(f"simnet/test_{name}.py" for name in ("client", "lifelike")),
    ),
}
"""Folders and files of each slow kind, the slowest first; pyproject.toml says what each kind is."""


def kind_of(path: Path) -> str | None:
    """The kind of the tests in a file; None for those that are quick."""
    for kind, places in KINDS.items():
        if any(path.is_relative_to(TESTS / place) for place in places):
            return kind
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by where it is, and begin with what takes longest, so that nobody waits for it at the end."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    kinds = {path: kind_of(path) for path in {item.path for item in items}}
    for item in items:
        if kind := kinds[item.path]:
            item.add_marker(kind)
    items.sort(key=lambda item: order.get(kinds[item.path] or "", len(order)))

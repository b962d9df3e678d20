"""A browser for the tests: Debian's Chromium, cut off from every network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import pages
from tests.support import sites

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file, closed behind it: Playwright's event loop would be in the way of the crawls of other files."""
    # The same engine without a browser around it: a new page costs a third.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        sentence = "no Chromium is installed; on Debian: apt-get install chromium-headless-shell"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


PATIENCE = 500
"""Looks, 20 ms apart."""


class Visit:
    """A visitor of one page, who writes down what the page asks the network for and what goes wrong."""

    def __init__(self, browser: Browser, address: str, **context) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.context: BrowserContext = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | context))
        self.context.set_default_timeout(60_000)  # a busy machine is no failure
        self.page: Page = self.context.new_page()
        self.page.route("**", self._route)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.errors.append(f"alert: {dialog.message}"))
        self.page.goto(address)

    def _route(self, route) -> None:
        self.requests.append(route.request.url)
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            route.abort()

    def names(self) -> list[str]:
        """Names of the Communities that can be seen, in their order."""
        return self.page.eval_on_selector_all(
            "#communities > li",
            "rows => rows.filter(row => row.checkVisibility()).map(row => row.querySelector('h2 a').textContent)",
        )

    def seek(self, text: str) -> list[str]:
        self.page.fill("#filter", text)
        return self.names()

    def until(self, expression: str) -> None:
        """Wait until a JavaScript expression holds. Playwright's own way is an eval, which the policy forbids."""
        for _ in range(PATIENCE):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(20)
        pytest.fail(f"{expression} never came to hold")

    @property
    def hash(self) -> str:
        return self.page.evaluate("location.hash")

    @property
    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.id || document.activeElement.textContent")


@pytest.fixture
def visit(browser):
    visits: list[Visit] = []

    def start(path: Path, fragment: str = "", **context) -> Visit:
        visits.append(Visit(browser, path.as_uri() + fragment, **context))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()
        assert one.errors == []
        assert [url for url in one.requests if not url.startswith("file:")] == []


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    return pages.write(pages.simulated(60), tmp_path_factory.mktemp("simulated"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> Path:
    return pages.write(pages.hostile(), tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def real(tmp_path_factory) -> Path:
    if not pages.REAL.exists():
        pytest.skip(f"{pages.REAL.name} is not there: the recorded data lie outside of this repository")
    return pages.write(pages.real(), tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def five_thousand(tmp_path_factory) -> Path:
    return pages.write(pages.simulated(5000), tmp_path_factory.mktemp("thousands"))


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory) -> Path:
    return sites.crawled(tmp_path_factory, "demo")


@pytest.fixture(scope="session")
def small_site(tmp_path_factory) -> Path:
    """The demo with fewer servers, for what takes its time on every page."""
    return sites.crawled(tmp_path_factory, "demo", servers=8)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory) -> Path:
    return sites.crawled(tmp_path_factory, "hostile")

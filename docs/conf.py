"""The documentation as a site (``make docs``): the very files that a forge shows, in an order to read them in.

A link that leads nowhere ends the build, as does a page that would ask another site for anything.
"""

import re
import shutil
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from sessioncrawler import __version__  # noqa: E402 - from the checkout, which is installed nowhere

project = "sessioncrawler"
release = version = __version__
html_title = f"{project} {release}"
root_doc = "README"
include_patterns = ["*.md", "docs/*.md"]
extensions = ["myst_parser"]
myst_heading_anchors = 4  # as forges have them
suppress_warnings = ["misc.highlighting_failure"]  # examples of JSON leave things out with "…"
html_theme = "furo"
html_show_copyright = False
html_copy_source = False

SECTIONS = {
    "Run it": ("deploy", "scrapyd", "zyte", "directory", "operators", "commands", "settings"),
    "Look after it": ("watching", "faults", "explain", "scale", "cost", "mirrors"),
    "What it publishes": ("page", "data", "languages", "translating"),
    "How it decides": ("trust", "memory", "polling", "attacks", "pipelines", "protocol"),
    "Change it": ("architecture", "contributing", "testing", "releasing", "peers"),
}
"""The order of docs/; what none of them names comes last."""
AROUND = ("CHANGELOG", "CONTRIBUTING", "SECURITY", "CODE_OF_CONDUCT")
_ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\ssrc=["']?(?:https?:)?//[^"'>\s]*"""
    r"""|<link\b[^>]*\shref=["']?(?:https?:)?//[^"'>\s]*|url\(["']?(?:https?:)?//[^)]*|@import[^;]*"""
)
"""What a browser asks another site for without being told to."""


def _toctree(caption: str, names: list[str]) -> str:
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```", ""])


def _navigation() -> str:
    """All pages, as MyST."""
    there = {path.stem for path in (ROOT / "docs").glob("*.md")}
    parts = [
        _toctree(caption, [f"docs/{name}" for name in names if name in there]) for caption, names in SECTIONS.items()
    ]
    others = sorted(there - {name for names in SECTIONS.values() for name in names})
    return "".join([*parts, _toctree("Besides", [*(f"docs/{name}" for name in others), *AROUND])])


def _read(_app: Sphinx, name: str, source: list[str]) -> None:
    """Put the navigation below the README, where no forge shows it."""
    if name == root_doc:
        source[0] += _navigation()


def _finished(app: Sphinx, error: Exception | None) -> None:
    """Give the front page its usual name, and look whether all that pages need is here."""
    if error:
        return
    out = Path(app.outdir)
    shutil.copy(out / f"{root_doc}.html", out / "index.html")
    for path in sorted([*out.rglob("*.html"), *out.rglob("*.css")]):
        if found := _ELSEWHERE.search(path.read_text(encoding="utf-8")):
            raise ExtensionError(f"{path.relative_to(out)} would ask another site: {found[0]}")


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.add_lexer("mermaid", TextLexer)  # forges draw it; here its words are shown, since drawing takes a script
    app.connect("source-read", _read)
    app.connect("build-finished", _finished)

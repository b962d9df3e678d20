"""Style sheets and scripts put into a page, and the hashes by which its Content Security Policy knows them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

_BREAKOUTS = ("</style", "</script", "<script", "<!--")
"""What would end an inline element early, or make a browser read it another way (HTML, "script data states")."""


@dataclass(frozen=True, slots=True)
class Asset:
    """An inline style sheet or script: its text as it stands in the page, and its source expression for the policy."""

    text: Markup
    source: str
    """``sha256-…`` (CSP Level 3, section 2.3.1), to be put between single quotes."""


def inline(environment: Environment, *templates: str) -> Asset:
    """Read the files ``templates`` as they are, without rendering them, so that no stranger's word can get in.

    Several files become one element. Raises ``jinja2.TemplateNotFound``, and ``ValueError`` where a file can't stand
    inside an HTML element.
    """
    text = "".join(_read(environment, template) for template in templates)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own files, and checked below


def _read(environment: Environment, template: str) -> str:
    if environment.loader is None:
        raise ValueError("The Jinja environment has no loader, so it can't find any file: give it one.")
    text, _, _ = environment.loader.get_source(environment, template)
    # A browser hashes what its parser saw, and the parser normalises line ends.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for breakout in _BREAKOUTS:
        if breakout in text.lower():
            raise ValueError(
                f"{template} contains “{breakout}”, which can't stand inside a page: write it another way."
            )
    return text

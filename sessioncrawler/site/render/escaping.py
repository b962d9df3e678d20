"""The escape function of our templates: that of MarkupSafe, but without an object of its own for every text.

The list shows some forty texts of each of thousands of Communities; making the object takes five times as long as
escaping one of them.
"""

from __future__ import annotations

from typing import Any

import markupsafe
from jinja2 import Environment, nodes
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]  # its work on a string, without the object

_IMPORT = f"\nfrom {__name__} import escape\n"


def escape(value: Any) -> str:
    """``value`` as HTML shows it; what is markup already stays as it is."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is Markup else markupsafe.escape(value)


class EscapingEnvironment(Environment):
    """An environment whose templates escape with :func:`escape`."""

    def _generate(self, source: nodes.Template, *more: Any, **options: Any) -> str:
        """The Python code of a template (a hook of Jinja's); its functions use the ``escape`` that is imported last."""
        return super()._generate(source, *more, **options) + _IMPORT

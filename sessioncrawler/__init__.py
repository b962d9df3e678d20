"""A directory of Session Communities that keeps itself up to date."""

__version__ = "1.0.0"
"""The one place of the version: pyproject.toml, the User-Agent, ``sessioncrawler --version`` and the docs read it."""

"""Signals of our own, beside those of Scrapy."""

all_answered = object()
"""Sent by the spider ``sogs``, without arguments, when no server is left that is still being asked."""

"""Signals of our own, beside those of Scrapy."""

all_answered = object()
"""Sent by the spider ``sogs``, without arguments, when no server is left that is still being asked."""

grace_over = object()
"""Sent by the spider ``sogs``, without arguments, when servers that stall are waited for no more (``LAST_GRACE``)."""

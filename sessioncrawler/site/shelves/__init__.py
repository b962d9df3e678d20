"""Shelves: a page for each language and topic, for visitors without JavaScript and for search engines."""

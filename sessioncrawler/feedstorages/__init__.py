"""Storages for feeds: a site is put in place as a whole and only after a healthy crawl, or nothing of it is."""

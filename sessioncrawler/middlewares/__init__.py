"""Downloader middlewares: what is decided about a request before it is sent."""

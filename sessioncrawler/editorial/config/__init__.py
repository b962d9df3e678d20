"""``directory.toml``: what the site's operator decides (docs/directory.md)."""

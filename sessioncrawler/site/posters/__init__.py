"""Posters: the pictures by which links to the site and to Communities are shown elsewhere (Open Graph)."""

"""A directory of Session Communities that keeps itself up to date."""

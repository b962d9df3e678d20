"""Feed formats: the whole site, and any text file rendered from a template."""

"""The spiders: those of sources, the servers themselves, and the site from the state."""

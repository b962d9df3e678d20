"""The spiders: three listing sites, further sources, and the servers themselves."""

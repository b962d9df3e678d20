"""The spiders: three sources, further sources, and the servers themselves."""

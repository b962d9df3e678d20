"""What a site consists of, and whether it may be published."""

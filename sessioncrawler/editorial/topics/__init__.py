"""What Communities are about: their operators' tags, and the words of their names, grouped by a small table."""

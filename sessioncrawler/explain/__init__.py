"""What is known, in sentences: why something is listed or not, and what to do about it."""

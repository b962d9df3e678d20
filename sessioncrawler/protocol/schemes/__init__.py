"""The two schemes by which a server may be asked: what is asked by one, and both side by side."""

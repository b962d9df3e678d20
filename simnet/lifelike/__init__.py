"""A network to be looked at: servers, rooms and pictures as the real network has them, drawn from a seed.

The other scenarios hold every fault and attack at once. This one is what the demo shows: most servers work and have few
rooms, a few are large, some are broken. What rooms say of themselves is in ``words/``, a file a language.
"""

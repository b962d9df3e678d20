"""Keys and signatures that minisign 0.11 made (``-G -W``, ``-G``, ``-S``, ``-S -l``); nobody uses these keys."""

from __future__ import annotations

SECRET = (
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3UTo3OTHCSu0KM1D0GcwNGJwBPyjWAk3"
    "nXFW9WdrPG7YbWAEPRF5/nfeZ0xYJ/fHDrq9mS3ToinVzcCGYbIqrTqD0qUMHd6/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
)
PUBLIC = "RWTdROjc5McJK3feZ0xYJ/fHDrq9mS3ToinVzcCGYbIqrTqD0qUMHd6/"
PUBLIC_FILE = f"untrusted comment: minisign public key 2B09C7E4DCE844DD\n{PUBLIC}\n"
LOCKED = (
    "untrusted comment: minisign encrypted secret key\n"
    "RWRTY0IybN7AOQ4w7XLL9kDJ0ddOp/V9Yz2UW1OaZOCC/IY+2PoAAAACAAAAAAAAAEAAAAAAk1MR+5piAK2Jpa3Vg/0yhTNGdkzuk8ME"
    "M457OmrSqPZM5XrpS4vUvMG6PeTIh6VkDXRMOy5c2iBvLZPwKontxXwkEm/j5t4VCgsWRD5gFv5hNNCLliPj3RsjNirx8yFHM7bi/iMZrbc=\n"
)
"""With a password."""
ANOTHER = "RWRoJlLuQTdM+iHxo6p1O4pMvFoZhOo4D/TP52K+qifbgNgmrQ7dmVFf"
"""The public key of another one."""
DATA = b"hello, data"
COMMENT = "timestamp:1769083200\tfile:v"
PREHASHED = (
    b"untrusted comment: signature from minisign secret key\n"
    b"RUTdROjc5McJK0R9C+tnhHoAgqpAe8JJV+nllx60KTFI7AMuK7dkLXBxTpahzRHdqfJS115/UANRHZL2Uvw3QkP6MkZf0LjOOAQ=\n"
    b"trusted comment: timestamp:1769083200\tfile:v\n"
    b"z89V/yLlDFabK5RXiRWCseDvGhQmj8IuyXHsvrUinROSfJKDHVRNkbw5xOVHJJqM+EdANAr9TohEGWuUYNnZBQ==\n"
)
LEGACY = (
    b"untrusted comment: signature from minisign secret key\n"
    b"RWTdROjc5McJK/8qZ0ULn7TtAFERuVR1OJ0K/DR3giKmvSZ7kV/8De47ZFNmUQYT3x+xNLJ3Gobk5ouMJGWFJdc0QPAwvIzt5gk=\n"
    b"trusted comment: timestamp:1769083200\tfile:v\n"
    b"WNq1WS7nTdOkuiQfH+zYW/vK45g0l+/n03LjwcWiSJ7K38LZ4irAkqg2Owazl36KB8JzOCJhQtiLAF6b4LXoDw==\n"
)

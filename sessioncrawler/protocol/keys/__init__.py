"""Keys: who claims which for an address, what is remembered of them, and the log of what happened to them."""

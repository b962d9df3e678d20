"""Commands about the state itself: keep a copy of it, put one in its place."""

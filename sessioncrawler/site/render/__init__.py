"""How templates become files."""

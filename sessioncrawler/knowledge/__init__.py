"""What is known, from the state and directory.toml: pure."""

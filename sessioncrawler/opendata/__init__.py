"""The data that programs read (docs/data.md)."""

"""Commands that tell whether what is there can be believed."""

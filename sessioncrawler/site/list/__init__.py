"""The list of Communities: its pages, what its scripts know, and what one may filter by."""

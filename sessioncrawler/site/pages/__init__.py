"""The context of every page: one view a page; a template shows it and never computes."""

"""A finished session in the page."""

"""A finished session, opened again in the page."""

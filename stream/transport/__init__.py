"""How messages and pixels move between processes."""

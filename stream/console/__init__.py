"""Words to and from a terminal."""

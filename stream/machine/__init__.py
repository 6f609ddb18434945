"""What differs between machines and systems; each has a Linux way and a portable way."""

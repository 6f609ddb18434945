"""Writes recordings: video in Matroska, a table of its frames, and what was set and counted."""

"""Frames outside a run: looked up, read and written."""

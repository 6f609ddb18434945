"""Figures of a whole session: of its frames, and of its densities."""

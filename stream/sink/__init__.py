"""The sink: readings in, order restored, everything on disk before anyone sees it."""

"""Frames written to disk: videos and data sets. A recorder of live frames belongs here."""

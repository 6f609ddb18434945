"""Recorded sessions: what lies in their folder, and the source that reads it."""

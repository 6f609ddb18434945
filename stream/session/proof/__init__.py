"""Proof that a session is as it was recorded: hashes that go into its audit log, and what they are held against."""

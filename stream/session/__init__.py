"""A session on disk, and the result files made from it."""

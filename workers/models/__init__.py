"""A model's life on the command line."""

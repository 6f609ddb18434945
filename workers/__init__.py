"""The worker processes: frames in, readings out."""

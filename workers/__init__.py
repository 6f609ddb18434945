"""The worker processes: frames in, density readings out."""

"""The capture process: frames in, ring and headers out."""

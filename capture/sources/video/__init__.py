"""Recorded video through PyAV (FFmpeg): what a file is, its frames in order with what was damaged, and their pixels."""

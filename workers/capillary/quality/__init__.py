"""The quality of a frame: what is measured, what the analysis knows of it, and the verdict with its reasons."""

"""Capillary density of one frame. Importing this package loads nothing."""

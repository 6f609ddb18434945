"""Formats that a trained network is written in, one file each."""

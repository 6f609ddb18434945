"""Signals of other devices, recorded beside the readings."""

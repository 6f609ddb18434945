"""Devices that are plugged in, found without opening them as sources."""

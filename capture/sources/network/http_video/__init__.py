"""Cameras that speak HTTP: who asks, what comes back, and how it is taken apart."""

"""What follows from readings over time. Pure."""

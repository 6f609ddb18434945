"""What was asked for: the configuration, its layers, and the code behind its names."""

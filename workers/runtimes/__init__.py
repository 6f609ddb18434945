"""Ways to run a network: weights in, probabilities out. Importing this package loads nothing."""

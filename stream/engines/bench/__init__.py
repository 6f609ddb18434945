"""`bench`: the engines side by side on the same frames, by the paper's three measures and by what a bedside asks."""

"""What an open page sees of a run."""

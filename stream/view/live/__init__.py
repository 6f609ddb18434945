"""What an open page sees of a run, and what it sends back."""

"""Networks, a file for each."""

"""Several sources in one command: one run for each, watched, shown and published together."""

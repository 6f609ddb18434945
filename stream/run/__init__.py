"""One run: which processes it has, how they are started, watched and ended."""

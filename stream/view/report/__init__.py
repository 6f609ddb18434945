"""The report of a session, one page to print."""

"""Who may connect, and the record of who did."""

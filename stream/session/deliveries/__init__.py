"""What of a session still has to be delivered to outlets, and how far each is."""

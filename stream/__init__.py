"""What the processes share, and what happens to readings on their way to the screen."""

"""What proves that the pixels of a picture are whole, beyond what its reader does."""

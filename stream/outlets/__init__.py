"""Who receives readings, and how."""

"""Who is told of readings, and how."""

"""What people add to readings: markers, and requests about alarms."""

"""MQTT 5: readings, statuses, alarms and markers as JSON, each in a topic of its source."""

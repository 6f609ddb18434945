"""The sink: readings in, order restored, all on disk before it is shown."""

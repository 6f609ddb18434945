"""The way of single frames through the program, as traces of OpenTelemetry."""

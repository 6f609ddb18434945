"""The run in numbers for Prometheus: at the page's `/metrics`, and as an outlet with a port of its own."""

"""How a server is asked over HTTP, and what its answers mean."""

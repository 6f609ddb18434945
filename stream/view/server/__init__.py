"""The HTTP and WebSocket server: who may ask, how much, and for what."""

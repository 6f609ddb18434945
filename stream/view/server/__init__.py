"""HTTP and WebSocket, hardened: who may ask, how much, and for what."""

"""Lab Streaming Layer: streams of a session beside those of other devices, on one clock."""

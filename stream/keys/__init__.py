"""Who may connect from elsewhere: this machine's key, the keys it allows, and the gate that asks for them."""

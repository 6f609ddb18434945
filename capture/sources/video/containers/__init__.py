"""What a recording's container says of itself, read without decoding. `recognise` is the way in."""

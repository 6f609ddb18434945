"""Work that other programs hand in: what they push is analysed, and the results go back."""

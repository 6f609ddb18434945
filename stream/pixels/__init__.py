"""How the pixels of a frame lie in memory, and what is made of them."""

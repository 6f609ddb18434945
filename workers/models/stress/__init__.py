"""`models stress`: does the density stay if the picture changes and the tissue does not? Needs no labels."""

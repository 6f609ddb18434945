"""The scale of a picture: µm per pixel, from a ruler in it or from two points."""

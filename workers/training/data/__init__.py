"""What a network is trained on: labelled frames, regions cut out of them, and their random variations."""

"""What a person can type: a file for each command."""

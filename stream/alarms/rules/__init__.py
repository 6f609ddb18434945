"""The reasons to call a person, a file each."""

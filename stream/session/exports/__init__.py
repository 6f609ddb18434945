"""What a session can be exported as, a file per format."""

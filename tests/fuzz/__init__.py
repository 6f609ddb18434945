"""Fuzzers that a person can run for minutes or hours; short forms of them run with the tests."""

"""The live page: what a person at the bedside looks at. Served to loopback only, nothing fetched from outside."""

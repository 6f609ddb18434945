"""The page's interfaces, a file for each thing that is asked for. docs/page-api.md has them all."""

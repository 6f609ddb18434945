"""The page's interfaces, one file per subject. docs/page-api.md describes them all."""

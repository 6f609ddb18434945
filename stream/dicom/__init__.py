"""DICOM objects made of readings and frames, and their identifiers. Knows no network and no session."""

"""DICOM as a source: single and multi-frame pictures, cine, and MPEG inside DICOM. Needs pydicom."""

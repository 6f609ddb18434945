"""Which way leads to an archive."""

from stream.outlets.dicom.archive_settings import DicomSettings
from stream.outlets.dicom.association import DimseArchive
from stream.outlets.dicom.picture_archive import PictureArchive
from stream.outlets.dicom.web import WebArchive


def archive_of(settings: DicomSettings) -> PictureArchive:
    """Return the archive of the settings, not connected yet. Raises ConfigError."""
    return WebArchive(settings) if settings.url else DimseArchive(settings)

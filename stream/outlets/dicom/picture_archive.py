"""What each way to an archive does: check the connection, and store objects."""

from typing import Protocol

from pydicom.dataset import Dataset


class PictureArchive(Protocol):
    """A place that keeps DICOM objects."""

    def check(self) -> str:
        """Try the connection and say in a sentence what is there. Raises OutputError."""

    def store(self, *objects: Dataset) -> None:
        """Return once the archive has all objects.

        Raises RefusedMessageError if it will never take one of them, OutputError if it has not got them now.
        """

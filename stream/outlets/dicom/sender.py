"""Structured Reports to an archive (PACS): one reading of every minute, with its interval and quality."""

from collections.abc import Mapping
from typing import Any, ClassVar

from stream.dicom.subject import Subject
from stream.outlets.dicom.archive_settings import dicom_settings
from stream.outlets.library import library
from stream.outlets.outlet import Published
from stream.protocol.readings import DensityReading

_LIBRARIES = ("pydicom", "pynetdicom", "highdicom")


class DicomSender:
    """Makes a report of each reading, and has it stored."""

    acknowledged: ClassVar[bool] = True
    messages: ClassVar[tuple[str, ...]] = ("reading",)
    every_s: ClassVar[float] = 60.0

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the outlet's table. Raises ConfigError if it is wrong or a library is missing."""
        self._settings = dicom_settings(table)
        for name in _LIBRARIES:
            library("dicom", name, "dicom")
        from stream.outlets.dicom.reaching import archive_of  # needs the libraries

        self._archive = archive_of(self._settings)

    def send(self, message: Published) -> None:
        """Have a reading's report stored. Raises RefusedMessageError, OutputError."""
        from stream.dicom.report import reading_report

        if isinstance(message, DensityReading):
            self._archive.store(reading_report(message, Subject(), self._settings.station))

    def check(self) -> str:
        """Try the connection, and say what is there. Raises OutputError."""
        return self._archive.check()

    def close(self) -> None:
        """Release nothing: each report has a connection of its own."""

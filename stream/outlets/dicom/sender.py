"""Structured Reports to an archive (PACS): one reading of every minute, with its interval and quality."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from stream.dicom.subject import Subject
from stream.outlets.dicom.archive_settings import dicom_settings
from stream.outlets.dicom.installed import need_dicom
from stream.outlets.outlet import Published
from stream.protocol.readings import DensityReading


class DicomSender:
    """Makes a report of each reading, and has it stored."""

    acknowledged: ClassVar[bool] = True
    messages: ClassVar[tuple[str, ...]] = ("reading",)
    every_s: ClassVar[float] = 60.0

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the outlet's table. Raises ConfigError if it is wrong or a library is missing."""
        self._settings = dicom_settings(table)
        need_dicom()
        from stream.outlets.dicom.reaching import archive_of  # needs the libraries

        self._archive = archive_of(self._settings)

    @property
    def subject(self) -> str:
        """Return whom the reports name; empty if they name no one."""
        subject = self._settings.subject
        return "" if subject == Subject() else msgspec.json.encode(subject).decode()

    def send(self, message: Published) -> None:
        """Have a reading's report stored. Raises RefusedMessageError, OutputError."""
        from stream.dicom.report import reading_report

        if isinstance(message, DensityReading):
            self._archive.store(reading_report(message, self._settings.subject, self._settings.station))

    def check(self) -> str:
        """Try the connection, and say what is there. Raises OutputError."""
        return self._archive.check()

    def close(self) -> None:
        """Release nothing: each report has a connection of its own."""

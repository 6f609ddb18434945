"""An archive that is reached by HTTP: STOW-RS, and a search as the check (DICOM PS3.18, 10.5 and 10.6)."""

import json
from contextlib import closing
from io import BytesIO
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset

from stream.dicom.uids import uid
from stream.errors import OutputError, RefusedMessageError
from stream.outlets.dicom.archive_settings import DicomSettings
from stream.outlets.dicom.store_status import fate_of
from stream.outlets.http.http_service import HttpService
from stream.outlets.http.http_status import in_words, is_of_the_content, refusal_in_words
from stream.outlets.tls import TlsFiles

_BOUNDARY: Final = "capillary-stream-object"
_FAILURES: Final = "00081198"  # Failed SOP Sequence
_REASON: Final = "00081197"
_NOBODY: Final = uid("nobody")
_ACCESS: Final = '"authorization", and "certificate" and "key" in "tls"'


class WebArchive:
    """Stores objects with a connection for each call, as by DICOM's own protocol: archives close one that stands still.

    Redirects are not followed, and no proxy is asked.
    """

    def __init__(self, settings: DicomSettings) -> None:
        """Prepare, without a connection. Raises ConfigError if the address is wrong or certificates cannot be read."""
        files = settings.tls or TlsFiles()
        self._http = HttpService("dicom", settings.url.rstrip("/"), settings.timeout_s, files)
        self._headers = {"Accept": "application/dicom+json"}
        if settings.authorization:
            self._http.keep_private("authorization")
            self._headers["Authorization"] = settings.authorization
        self._place = f"the archive at {self._http.place}{self._http.path}"

    def check(self) -> str:
        """Search for a study that does not exist. Raises OutputError."""
        status, _ = self._ask("GET", f"/studies?StudyInstanceUID={_NOBODY}&limit=1", None, "application/dicom+json")
        if status not in (200, 204):
            raise OutputError(f"{self._place} {in_words(status, _ACCESS)}")
        return f"{self._place} answers as a DICOMweb service"

    def store(self, *objects: Dataset) -> None:
        """Store objects in one request. Raises RefusedMessageError, OutputError."""
        status, answer = self._ask(
            "POST",
            "/studies",
            _multipart(objects),
            f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}',
        )
        reasons = _failures(answer)
        refused = [reason for reason in reasons if fate_of(reason) == "refused"]
        if refused:
            raise RefusedMessageError(f"{self._place} refused an object for good ({_codes(refused)})")
        not_stored = [reason for reason in reasons if fate_of(reason) == "not stored"]
        if not_stored:
            raise OutputError(f"{self._place} did not store an object ({_codes(not_stored)})")
        if status in (200, 202) or reasons:
            return
        if is_of_the_content(status):
            raise RefusedMessageError(f"{self._place} refused an object for good: {refusal_in_words(status)}")
        raise OutputError(f"{self._place} {in_words(status, _ACCESS)}")

    def _ask(self, method: str, below: str, body: bytes | None, kind: str) -> tuple[int, bytes]:
        """Send a request over a connection of its own. Return status and body of the answer. Raises OutputError."""
        with closing(self._http):
            return self._http.ask(method, self._headers | {"Content-Type": kind}, body, below)


def _multipart(objects: tuple[Dataset, ...]) -> bytes:
    """Return the objects as a body of several parts (RFC 2387)."""
    parts = []
    for one in objects:
        file = BytesIO()
        pydicom.dcmwrite(file, one, enforce_file_format=True)
        head = f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        parts.append(head + file.getvalue() + b"\r\n")
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])


def _failures(answer: bytes) -> list[int]:
    """Return the failure reasons in the answer to a STOW-RS request; none if it has none."""
    try:
        said: Any = json.loads(answer)
        return [int(one[_REASON]["Value"][0]) for one in said.get(_FAILURES, {}).get("Value", [])]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return []


def _codes(failures: list[int]) -> str:
    return ", ".join(f"reason {reason:04X}" for reason in failures)

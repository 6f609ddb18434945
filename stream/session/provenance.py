"""What a result was made from: the hash of the whole recording, for the record.

Whether a recording is still the same is asked before a run, when there is no time to read it whole:
`capture/recordings/fingerprint.py`.
"""

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stream.console.public_source import public_source
from stream.machine.files import is_picture
from stream.session.store import FILE_NAME, RECORDING

IN_REVIEW: Final = "given in a review"
"""The fact `um_per_px_from` of a session whose scale it was not recorded with."""


def analysed_um_per_px(facts: Mapping[str, Any]) -> float | None:
    """Return the scale that the analysis of a session knew, µm per pixel; None if it knew none."""
    return None if facts.get("um_per_px_from") == IN_REVIEW else facts.get("um_per_px")


def source_sha256(source: str) -> str | None:
    """Return the SHA-256 of a file, or of the names and hashes of a folder's pictures; None if there is neither.

    Of a recorded session it is that of recording.json, which holds those of its files.
    """
    path = Path(re.sub(r"^(video|images|dicom|session):", "", source))
    if path.name == FILE_NAME or (path / RECORDING).is_file():
        path = (path.parent if path.name == FILE_NAME else path) / RECORDING
    if path.is_file():
        return _of_file(path)
    folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
    if not folder.is_dir():
        return None
    pictures = sorted(file for file in folder.glob(pattern) if is_picture(file))
    if not pictures:
        return None
    lines = (f"{_of_file(picture)}  ".encode() + os.fsencode(picture.name) + b"\n" for picture in pictures)
    return hashlib.sha256(b"".join(lines)).hexdigest()


class SourceHash:
    """The hash of a source, computed in a thread beside the run: a long recording takes seconds to read."""

    def __init__(self, source: str) -> None:
        self._found: str | None = None
        self._thread = threading.Thread(target=self._compute, args=(source,), name="source-hash", daemon=True)
        self._thread.start()

    def _compute(self, source: str) -> None:
        with contextlib.suppress(OSError):  # capture reports a file that cannot be read
            self._found = source_sha256(source)

    def result(self, timeout_s: float | None) -> str | None:
        """Return the hash once it is computed; None if the source has none, or it takes longer than `timeout_s`."""
        self._thread.join(timeout_s)
        return self._found


def device_of(source: str) -> str:
    """Return a source's name without secrets and options: what tells one device from another.

    The query of a network address is no option: it may name the camera.
    """
    plain = public_source(source)
    return plain.partition("#")[0] if "://" in plain else re.sub(r"\?[^?]*=[^?]*$", "", plain)


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

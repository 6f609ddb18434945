"""Objects that were pushed and are not answered yet, each a file: what was acknowledged survives the program's death.

The folder may hold patients' data: it is private, and a file is removed once its results are stored elsewhere. The
names of the files say nothing about a patient.
"""

import contextlib
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from stream.errors import OutputError

_ENDING: Final = ".dcm"
_PARTIAL: Final = ".partial"


class PushedObjects:
    """A bounded queue of files, oldest first; used by several threads."""

    def __init__(self, folder: Path, at_most: int) -> None:
        """Open the folder, or make it. Raises OutputError."""
        self._folder, self._at_most = folder, at_most
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            for left in folder.glob(f"*{_PARTIAL}"):
                left.unlink()
        except OSError as error:
            raise OutputError(f"{folder} cannot be used for what is pushed: {error.strerror}") from error
        self._changed = threading.Condition()
        self._waiting = sorted(folder.glob(f"*{_ENDING}"), key=lambda path: path.stat().st_mtime_ns)

    @property
    def is_full(self) -> bool:
        """Return whether nothing more is taken now."""
        return len(self._waiting) >= self._at_most

    def written(self, *parts: bytes | memoryview) -> Path:
        """Write the parts of an object that is not in the queue yet, one after the other. Raises OSError."""
        path = self._folder / f"{secrets.token_hex(8)}{_PARTIAL}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        return path

    def put(self, begun: Path) -> None:
        """Put a written object into the queue."""
        with self._changed:
            self._waiting.append(begun.rename(begun.with_suffix(_ENDING)))
            self._changed.notify_all()

    def oldest(self, timeout_s: float) -> Path | None:
        """Return the oldest object, which stays in the queue; None if there is none for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, timeout_s)
            return self._waiting[0] if self._waiting else None

    def remove(self, path: Path) -> None:
        """Remove an object that is answered, or never will be."""
        with self._changed, contextlib.suppress(ValueError):
            self._waiting.remove(path)
        path.unlink(missing_ok=True)

"""A folder that one run writes to at a time, and that is left as it was found if no frame came."""

import contextlib
import shutil
from pathlib import Path
from typing import Final

from stream.errors import OutputError
from stream.machine.files import reach, reason
from stream.machine.owner_lock import OwnerLock, is_abandoned
from stream.security import audit_log
from stream.session.preparation import holds_frames
from stream.session.result_files import OUTPUTS
from stream.session.store import FILES

OWNER: Final = ".writer"
"""The file that says who writes to the folder."""


class OutputFolder:
    """A folder that this process writes to, and no other until `release` or `close`."""

    def __init__(self, path: Path) -> None:
        """Make the folder if it is not there. Raises OutputError if it cannot be written, or if another run does."""
        reach(path)
        self.path = path
        self._made = [each for each in (path, *path.parents) if not each.exists()]
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be made: {reason(error)}; choose another one") from error
        try:
            self._found = {each.name for each in path.iterdir()}
            self._mark = OwnerLock(path / OWNER)
        except BlockingIOError:
            raise OutputError(f"the folder {path} is being written by another run; choose another one") from None
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be written: {reason(error)}; choose another one") from error

    def release(self) -> None:
        """Let others write."""
        self._mark.release()

    def close(self) -> None:
        """Release the folder; if no frame came, first remove this run's files and the folders made for them."""
        if not (holds_frames(self.path) or (self.path / "summary.json").exists()):
            for name in {*FILES, audit_log.FILE_NAME, *OUTPUTS} - self._found:
                (self.path / name).unlink(missing_ok=True)
        self.release()
        with contextlib.suppress(OSError):  # it is not empty
            for folder in self._made:
                folder.rmdir()


def remove_abandoned(base: Path, prefix: str) -> None:
    """Remove the folders below `base` whose name begins so and whose writer was killed."""
    for folder in base.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if is_abandoned(folder / OWNER):
                shutil.rmtree(folder, ignore_errors=True)

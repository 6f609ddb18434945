"""recording.json: what was set, counted and hashed of a recording; and which files belong to it."""

import os
import re
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from stream.errors import SourceError
from stream.machine.files import expanded, written_whole
from stream.session.store import RECORDING

FILE_NAME: Final = RECORDING
VIDEO: Final = "video.mkv"
TABLE: Final = "frames.csv"
_PART: Final = re.compile(r"video(?:-(\d+))?\.mkv")


class FileHash(Struct, frozen=True):
    """Size and hash of a file that is not written any more."""

    bytes: int
    sha256: str


class Description(Struct, frozen=True, kw_only=True):
    """The content of recording.json.

    version: of the program. session, source: as in the session. codec, lossless, quality: of the video.
    fps: nominal rate of the source; None if there is none. um_per_px: width of a pixel, µm; None if not known.
    moving: frames follow each other in time; False: separate pictures, none of which was compared with the one before.
    treatment: how the source made its pixels.
    analyser: its name and settings, with which densities can be computed again; None if nothing was analysed.
    last_minutes: only the last so many are kept until a page asks for more; 0: all. kept: pictures stay at the end.
    recorded: frames in the video. not_recorded: frames that are not, by cause. stopped: why it ended early.
    closed: the recording ended in order, and `files` has the hash of each.
    """

    version: str
    session: str
    source: str = ""
    codec: str
    lossless: bool
    quality: int
    fps: float | None = None
    moving: bool = True
    um_per_px: float | None = None
    treatment: str = ""
    analyser: dict[str, Any] | None = None
    last_minutes: float = 0.0
    kept: bool = True
    recorded: int = 0
    not_recorded: dict[str, int] = field(default_factory=dict)
    stopped: str = ""
    closed: bool = False
    files: dict[str, FileHash] = field(default_factory=dict)


def write_description(folder: Path, description: Description) -> None:
    """Write recording.json whole, for its owner alone. Raises OSError."""
    with written_whole(folder / FILE_NAME) as partial:
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(description)) + b"\n")


def read_description(folder: Path) -> Description:
    """Return what a folder's recording.json says. Raises SourceError if there is none, or it is damaged."""
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Description)
    except FileNotFoundError:
        raise SourceError(f"{folder} holds no recording: it has no {FILE_NAME}.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SourceError(f"{path} is damaged ({error}).") from None


def is_recording(folder: Path) -> bool:
    """Return whether the folder holds a recording of this program."""
    try:
        return (folder / FILE_NAME).is_file()
    except OSError:  # the reader of the folder says why
        return False


def folder_of(named: str) -> Path:
    """Return the folder of a session that a user names: by its folder, or by a file in it."""
    path = expanded(named)
    return path if path.is_dir() else path.parent


def parts_of(folder: Path) -> list[tuple[Path, Path]]:
    """Return video and table of each part of a recording, in order: one, unless its writer died or the size changed."""
    found = []
    for path in folder.glob("video*.mkv"):
        match = _PART.fullmatch(path.name)
        if match is not None:
            found.append((int(match[1] or 1), path))
    return [(path, folder / name_of_table(number)) for number, path in sorted(found)]


def name_of_video(number: int) -> str:
    """Return the name of a part's video; parts count from 1."""
    return VIDEO if number == 1 else f"video-{number}.mkv"


def name_of_table(number: int) -> str:
    """Return the name of the table of a part's frames."""
    return TABLE if number == 1 else f"frames-{number}.csv"


def number_of(video: Path) -> int:
    """Return the number of a part, of its video's path."""
    match = _PART.fullmatch(video.name)
    return int(match[1] or 1) if match is not None else 1

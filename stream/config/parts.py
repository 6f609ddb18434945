"""The parts of the program as a command uses them: one contract, which run_stream.py fulfils.

`stream` does not know capture and workers, nor do these know each other: what a command needs of another one it gets
here. Loads nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from stream.config.framing import Framing
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.machine.devices import FoundKind
    from stream.pixels.frame_image import FrameImage
    from stream.protocol.contracts import Analyser, FrameSource, Pixels, RecordedFrames
    from stream.protocol.types import LogFormat


class Sealed(NamedTuple):
    """A recording that is finished: the SHA-256 of each of its files by name, and how it went in a sentence."""

    files: dict[str, str]
    sentence: str


class ProvenFrame(NamedTuple):
    """A recorded frame.

    stamp: what its row has in common with its reading, by name. same: its picture is the one that was recorded.
    image: its picture; None if not every bit is kept.
    """

    seq: int
    frame: str
    stamp: dict[str, Any]
    same: bool
    image: "FrameImage | None"


class RecordedSession(Protocol):
    """The pictures of a session, read back.

    lossless: every pixel was kept. moving: the source had a frame rate, so that a frame was compared with the one
    before. analyser: name and settings; None if nothing was analysed.
    """

    codec: str
    lossless: bool
    moving: bool
    analyser: dict[str, Any] | None

    def frames(self) -> Iterator[ProvenFrame]:
        """Yield all frames in order. Raises SourceError if one cannot be read."""

    def close(self) -> None:
        """Close the files."""


class Parts(Protocol):
    """The program as a command sees it. `run_stream.py` has the one class that fulfils it."""

    @property
    def quiet(self) -> bool:
        """Return True if only what went wrong is printed."""

    @property
    def log_level(self) -> int:
        """Return the level of the log, as in `logging`."""

    @property
    def log_format(self) -> "LogFormat":
        """Return how the log is written."""

    def load(self, default: str, overrides: dict[str, Any]) -> "Config":
        """Return the configuration of a command: its own file, then the user's, then `overrides` that are not None."""

    def program(self) -> Sequence[str]:
        """Return the command line that starts this program anew, with the same configuration and format of the log."""

    def open_source(self, source: str, config: "Config") -> "FrameSource":
        """Open any source. Raises SourceError, UsageError."""

    def found_devices(self) -> "Sequence[FoundKind]":
        """Return the cameras that are plugged in, by kind."""

    def hardware_decoders(self) -> dict[str, str]:
        """Return for each decoder in hardware why this machine does not have it; empty if it has it."""

    def open_recording(self, source: str, config: "Config", frames: int | None = None) -> "FrameSource":
        """Open a source of recorded frames, or of its first ones. Raises SourceError, UsageError."""

    def recordings_in(self, source: str) -> list[str] | None:
        """Return the recordings that a folder or pattern holds; None if it is one source. Raises as `open_source`."""

    def fingerprint(self, source: str) -> str | None:
        """Return what tells a recording from another; None if it has no content. Raises SourceError, UsageError."""

    def frames(self, source: str) -> "Iterator[tuple[str, Pixels]]":
        """Yield name and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError, UsageError."""

    def seal(self, folder: Path, frames_read: int) -> "Sealed | None":
        """Finish the recording of pictures in a folder, of a run of so many frames; None if it has none.

        Raises SourceError, OSError.
        """

    def recorded_session(self, folder: Path) -> RecordedSession | None:
        """Return the pictures of a session; None if it was not recorded. Raises SourceError."""

    def lookup(self, source: str, framing: "Framing") -> "RecordedFrames":
        """Return what finds single frames in a recording, framed as in the session that was made of it."""

    def write_overlay(self, plan: "RunPlan", stopped: Callable[[], bool]) -> Path | None:
        """Write a finished replay's recording with its capillaries outlined; None if `stopped` said so on the way."""

    def tune(self, source: str) -> Iterator[str]:
        """Measure each runtime of the configured analyser on a source's first frames; yield what to print, by line.

        Raises SourceError, UsageError, ModelError.
        """

    def analyser(self, named: dict[str, Any] | None = None) -> "Analyser":
        """Return the analyser of that name and settings; None: as configured. Raises ModelError."""

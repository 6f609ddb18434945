"""Errors that a user can cause or act on. Knows no process, no socket, no library.

Each concrete error is also the built-in error that it is, so a caller may catch either.
The message is one or two plain sentences: what was wrong, where, and what to do.
"""

from typing import ClassVar, Final


class StreamError(Exception):
    """Base of all errors with a plain-sentence message and an exit code."""

    exit_code: ClassVar[int] = 1


class UsageError(StreamError, ValueError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class ConfigError(StreamError, ValueError):
    """The configuration has an unknown key, a wrong type or an impossible value."""

    exit_code = 2


class SourceError(StreamError, OSError):
    """A frame source cannot be opened or read."""

    exit_code = 3


class FrameError(SourceError):
    """One frame of a source cannot be read; the next one may be."""


class ModelError(StreamError, ValueError):
    """Weights or an analyser cannot be loaded or trusted."""

    exit_code = 4


class EngineError(StreamError, RuntimeError):
    """An engine cannot run here, or lost a worker that it needs."""


class OutputError(StreamError, OSError):
    """A folder, file or port that the program writes to is in use or not writable."""


class RefusedMessageError(StreamError, ValueError):
    """A receiver will never take a message: sending it again would not help."""


class AuditError(StreamError, ValueError):
    """A session's audit log is not there, or was touched."""


class WireError(StreamError, ValueError):
    """Bytes from a socket are not a message of this protocol."""


class RingError(StreamError, MemoryError):
    """The shared-memory ring cannot be made, or a slot is misused."""


def system_refused(error: OSError | MemoryError) -> str:
    """Return the sentence on what no part of the program expects: a limit of the shell, a folder that went."""
    return f"the system refused what this run needs: {str(error) or 'out of memory'}."


NO_TENSORFLOW: Final = (
    "this needs TensorFlow, which is not installed here (requirements-edge.lock leaves it out): "
    "uv sync, or pip install -r requirements.lock"
)
"""What a ModelError says if the library is missing."""

"""What to tell a user about a file that the system does not let us read."""

from pathlib import Path

from stream.errors import SourceError


def unreadable(path: Path, error: OSError) -> SourceError:
    """The system's refusal in a plain sentence."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"There is no file {path}. Check the name and the folder.")
    if isinstance(error, PermissionError):
        return SourceError(f"{path} may not be read. Ask for read permission on the file and its folder.")
    return SourceError(f"{path} cannot be read: {error.strerror or error}.")

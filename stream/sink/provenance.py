"""What a result was made from: the hash of a recording or of a folder of pictures."""

import hashlib
import re
from pathlib import Path


def source_sha256(source: str) -> str | None:
    """SHA-256 of a file, or of the names and hashes of a folder's files in order; None where there is no file."""
    path = Path(re.sub(r"^(video|images|dicom):", "", source))
    if path.is_file():
        return _of_file(path)
    folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
    if not folder.is_dir():
        return None
    files = sorted(file for file in folder.glob(pattern) if file.is_file())
    if not files:
        return None
    lines = "".join(f"{_of_file(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def without_credentials(source: str) -> str:
    """A network address without user and password."""
    return re.sub(r"(?<=://)[^/?#]*@", "", source)


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Which frames are read for the stress table, and what is written of it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from stream.errors import OutputError
from stream.machine.files import expanded
from workers.models.stress.stress_table import StressTable


def frames_within(source: str) -> str:
    """Return the source of the frames: frames/ inside a labelled folder, else the source itself."""
    inside = expanded(source) / "frames"
    return str(inside) if inside.is_dir() else source


def write(table: StressTable, pictures: Mapping[str, bytes], folder: Path) -> None:
    """Write stress.json and the pictures, by file name. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "stress.json").write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=2) + b"\n")
        for name, content in pictures.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error

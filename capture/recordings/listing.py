"""The recordings that a user names by a folder or a pattern: known by their first bytes, not by their names."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from capture.recordings.recorded_only import refuse_live_scheme
from capture.sources.dicom.finding import is_dicom
from capture.sources.files import is_folder, is_pattern, matches, unreadable
from capture.sources.pictures.foreign import refuse_foreign
from capture.sources.session.description import is_recording
from capture.sources.uri import PLAIN, parse_uri
from capture.sources.video.containers.recognise import recognise
from stream.console.text import counted
from stream.errors import SourceError, UsageError
from stream.machine.files import SUFFIXES, expanded, is_picture, natural_key

_SHOWN: Final = 3


def recordings_in(source: str) -> list[str] | None:
    """Return the recordings that a folder or pattern holds, as people count (clip2 before clip10); else None.

    None too if it holds pictures alone, or DICOM files alone, which are one source. Raises UsageError if it holds
    several of these kinds or the source is live, SourceError if it holds none or cannot be read.
    """
    refuse_live_scheme(source)
    uri = parse_uri(source)
    path = expanded(uri.path)
    if (
        uri.scheme != PLAIN
        or is_recording(path)
        or not (is_folder(path) or (is_pattern(uri.path) and not path.exists()))
    ):
        return None
    try:
        files = [one for one in _candidates(path) if not one.name.startswith(".") and one.is_file()]
        pictures = [one for one in files if is_picture(one)]
        series = [one for one in files if one not in pictures and is_dicom(one)]
        recordings = [one for one in files if one not in pictures + series and recognise(one) is not None]
    except OSError as error:
        raise unreadable(path, error) from None
    if series and (recordings or pictures):
        raise UsageError(f"{path} holds DICOM files and others; give the DICOM files as dicom:{path}")
    if recordings and pictures:
        both = f"{counted(len(recordings), 'recording')} and {counted(len(pictures), 'picture')}"
        raise UsageError(
            f'{path} holds {both}: name the recordings ("{_pattern(path, recordings[0])}"), or images:{path} for the '
            "pictures"
        )
    if not files:
        raise SourceError(f"The folder {path} holds no file." if path.is_dir() else f"No file matches {path}.")
    if not recordings and not pictures and not series:
        for one in files:
            refuse_foreign(one)
        raise SourceError(
            f"{path} holds neither recordings nor pictures, but {_named(files)}. Recordings are video files such as "
            f"MP4, MOV, MKV or AVI; pictures end in {', '.join(sorted(SUFFIXES))}."
        )
    return [str(one) for one in sorted(recordings, key=lambda one: (natural_key(str(one)), str(one)))] or None


def _candidates(path: Path) -> Iterable[Path]:
    return path.iterdir() if path.is_dir() else matches(path)


def _pattern(path: Path, recording: Path) -> str:
    return str((path if path.is_dir() else path.parent) / f"*{recording.suffix}")


def _named(files: list[Path]) -> str:
    names = ", ".join(sorted(one.name for one in files)[:_SHOWN])
    return names if len(files) <= _SHOWN else f"{names} and {len(files) - _SHOWN} more"

"""What a session was begun with, what is asked for now, and why the one cannot go on as the other. Pure."""

from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from stream.console.text import counted


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for.

    source: as it was named, without credentials; content: its fingerprint, None where it has none.
    analysis: hash of the analyser's settings. frames: the first so many; None: all. outlines: they are to be kept.
    """

    source: str
    analysis: str
    content: str | None = None
    frames: int | None = None
    outlines: bool = False

    def facts(self) -> dict[str, str | int | None]:
        """What of it a session notes; whether outlines are kept can be seen in its readings."""
        return {
            "asked_source": self.source,
            "asked_content": self.content,
            "asked_frames": self.frames,
            "analysis": self.analysis,
        }


class Begun(Struct, frozen=True, kw_only=True):
    """What a session notes of its beginning, how many frames it has, and how many of them lack their outlines."""

    session: str
    asked_source: str
    analysis: str
    asked_content: str | None = None
    asked_frames: int | None = None
    model_id: str | None = None
    frames: int
    bare: int


def why_not(begun: Begun, asked: Asked, folder: Path) -> str:
    """Why the session in `folder` cannot be gone on with as it is asked now; empty where it can."""
    anew = "or begin anew with --overwrite"
    if begun.asked_source != asked.source:
        return f"the session in {folder} is of {begun.asked_source}, not of {asked.source}; choose another folder"
    if begun.asked_content not in (None, asked.content):
        return (
            f"{asked.source} is not what it was when the session in {folder} was begun; bring back the recording of "
            f"then, {anew}"
        )
    if begun.analysis != asked.analysis:
        return f"the session in {folder} was begun with other analyser settings; use those, {anew}"
    if asked.frames is not None and asked.frames < begun.frames:
        return (
            f"the session in {folder} has {counted(begun.frames, 'frame')} already, more than --frames {asked.frames}; "
            f"ask for more, {anew}"
        )
    if asked.outlines and begun.bare:
        return (
            f"the session in {folder} was begun without outlines, and {counted(begun.bare, 'frame')} would have none; "
            f"resume it without --regions and --overlay, {anew}"
        )
    return ""


def covers(begun: Begun, asked: Asked) -> bool:
    """True where a finished session has all the frames that are asked for."""
    return begun.asked_frames is None or (asked.frames is not None and asked.frames <= begun.asked_frames)

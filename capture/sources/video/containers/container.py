"""What is known of a recording before anything in it is decoded."""

from dataclasses import dataclass
from typing import Final

_DEMUXERS: Final = {
    "mp4": "mov",
    "mkv": "matroska",
    "ts": "mpegts",
    "mts": "mpegts",
    "mpg": "mpeg",
    "m2v": "mpegvideo",
    "m4v": "m4v",
    "wmv": "asf",
    "ogv": "ogg",
    "y4m": "yuv4mpegpipe",
    "h265": "hevc",
}


@dataclass(frozen=True, slots=True)
class Container:
    """What a container says of itself.

    format: short name of the file format.
    frame_count: frames that the container holds, None if it only knows a duration or nothing.
    damaged: the file is shorter than it says, its index is missing, or its structure breaks off.
    places_known: the index has a place for every frame that is counted (AVI), so that one without bytes is empty.
    """

    format: str
    frame_count: int | None = None
    damaged: bool = False
    places_known: bool = False

    @property
    def demuxer(self) -> str:
        """Return what FFmpeg calls the format."""
        return _DEMUXERS.get(self.format, self.format)

    @property
    def counts_ticks(self) -> bool:
        """True if a unit of time is a place for a frame, so that empty places can be counted."""
        return self.format == "avi"

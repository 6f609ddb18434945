"""What is known of a recording before anything in it is decoded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Container:
    """What a container says of itself.

    format: short name of the file format.
    frame_count: frames that the container holds, None if it only knows a duration or nothing.
    damaged: the file is shorter than it says, its index is missing, or its structure breaks off.
    """

    format: str
    frame_count: int | None = None
    damaged: bool = False

"""What is known of a picture file before its pixels are decoded."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Header:
    """A picture file before its pixels are decoded.

    sizes: width and height of its frames, in pixels; one but for stacks and animations.
    cut_off: what leads to further frames is damaged or missing.
    durations_s: how long each frame is shown, for animations; else empty.
    um_per_px: width of a pixel in µm, if the file says so. treatment: a choice that is made to get pixels, a sentence.
    """

    path: Path
    sizes: tuple[tuple[int, int], ...]
    cut_off: bool = False
    durations_s: tuple[float, ...] = ()
    um_per_px: float | None = None
    treatment: str = ""

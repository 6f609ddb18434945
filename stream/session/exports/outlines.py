"""The outlines that a session keeps, frame after frame, as formats for other programs take them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stream.errors import UsageError
from stream.protocol.outlines import points
from stream.session.archive import Archive
from stream.session.store import objects_in, regions_in

OutlinePoints = npt.NDArray[np.int32]
"""(n, 2) int32: x then y, in full-frame pixels."""


@dataclass(frozen=True, slots=True)
class FrameOutlines:
    """The outlines of one frame: capillaries with their score, and by name what is not tissue. time_s: media time."""

    seq: int
    frame: str
    time_s: float
    capillaries: list[tuple[OutlinePoints, float]]
    objects: list[tuple[str, OutlinePoints]]


def outlines_of(archive: Archive) -> Iterator[FrameOutlines]:
    """Yield the outlines of every frame that was analysed, in order of seq.

    Raises UsageError if the session keeps none, OutputError if it is damaged.
    """
    if not archive.read("SELECT 1 FROM readings WHERE regions IS NOT NULL LIMIT 1"):
        raise UsageError(
            f"the session in {archive.path.parent} keeps no outlines: analyse the recording again with --regions"
        )
    columns = ("seq", "frame", "time_s", "regions", "objects")
    for seq, frame, time_s, regions, objects in archive.rows(columns):
        if regions is not None:
            yield FrameOutlines(
                seq,
                str(frame),
                float(time_s),
                [(points(one), one.score) for one in regions_in(regions)],
                [(one.name, points(one)) for one in objects_in(objects)] if objects is not None else [],
            )


def area_px(polygon: OutlinePoints) -> float:
    """Return the area inside a polygon, px² (the shoelace formula)."""
    x, y = polygon[:, 0].astype(np.int64), polygon[:, 1].astype(np.int64)
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2

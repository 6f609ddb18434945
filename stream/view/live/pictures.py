"""Pictures to look back at: the newest one by one, older ones one per second, a bounded number. Knows no clock."""

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline
from stream.view.live.points import Point, ReadingGrade

NEWEST: Final = 30
STEP_NS: Final = 1_000_000_000


class ShownPicture(Struct, frozen=True, kw_only=True):
    """A picture with the outlines that belong to it. `arrived_ns` is on the view's steady clock."""

    seq: int
    t_capture_ns: int
    x_s: float
    arrived_ns: int
    grade: ReadingGrade
    jpeg: bytes
    regions: tuple[RegionOutline, ...]
    objects: tuple[ObjectOutline, ...]


class Pictures:
    """The newest `NEWEST` pictures, and of older ones one per second; `limit` in all, 0 keeps none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._old: OrderedDict[int, ShownPicture] = OrderedDict()
        self._new: OrderedDict[int, ShownPicture] = OrderedDict()
        self._next_ns = 0

    def __len__(self) -> int:
        return len(self._old) + len(self._new)

    def add(self, picture: ShownPicture) -> None:
        """Keep a picture that is newer than all the others."""
        if self._limit == 0:
            return
        self._new[picture.seq] = picture
        if len(self._new) > min(NEWEST, self._limit):
            self._age(self._new.popitem(last=False)[1])

    def get(self, seq: int) -> ShownPicture | None:
        """Return the picture of a frame; None if it is not kept."""
        return self._new.get(seq) or self._old.get(seq)

    def nearest(self, x_s: float) -> ShownPicture | None:
        """Return the picture nearest to a time of the trend's axis; None if there is no picture."""
        kept = [*self._old.values(), *self._new.values()]
        return min(kept, key=lambda picture: abs(picture.x_s - x_s), default=None)

    def newest_good(self) -> ShownPicture | None:
        """Return the newest picture of a good frame; None if there is none."""
        kept = [*self._old.values(), *self._new.values()]
        return next((picture for picture in reversed(kept) if picture.grade == "good"), None)

    def _age(self, picture: ShownPicture) -> None:
        """Move a picture to the older ones, unless its second has one already; forget the oldest beyond the limit."""
        if not 0 < self._next_ns - picture.t_capture_ns <= STEP_NS:  # also after a clock was set back
            self._next_ns = picture.t_capture_ns + STEP_NS
            self._old[picture.seq] = picture
        while len(self) > self._limit and self._old:
            self._old.popitem(last=False)


def picture_of(reading: DensityReading, point: Point) -> ShownPicture:
    """Return the picture that travelled with a reading, at the position and grade of its point."""
    return ShownPicture(
        seq=reading.seq,
        t_capture_ns=reading.t_capture_ns,
        x_s=point.x_s,
        arrived_ns=point.arrived_ns,
        grade=point.grade,
        jpeg=reading.picture or b"",
        regions=reading.regions or (),
        objects=reading.objects or (),
    )

"""The newest points of a run, bounded whatever the rate and the length of the run. Knows no clock."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from stream.view.live.points import Point

FINE_POINTS: Final = 36_000
"""60 min at 10 readings/s are kept one by one."""
COARSE_POINTS: Final = 28_800
"""Of older points one per second is kept, for 8 h more."""
COARSE_STEP_S: Final = 1.0


class History:
    """Points in the order of arrival: the newest one by one, older ones thinned, the oldest forgotten.

    total: number of points that were ever added.
    """

    def __init__(self, fine: int = FINE_POINTS, coarse: int = COARSE_POINTS) -> None:
        self._fine: deque[Point] = deque()
        self._fine_limit = fine
        self._coarse: deque[Point] = deque(maxlen=coarse)
        self.total = 0

    def __len__(self) -> int:
        return len(self._fine) + len(self._coarse)

    def __iter__(self) -> Iterator[Point]:
        yield from self._coarse
        yield from self._fine

    def add(self, point: Point) -> None:
        """Add the newest point."""
        self._fine.append(point)
        self.total += 1
        if len(self._fine) > self._fine_limit:
            self._move_to_coarse(self._fine.popleft())

    def added_since(self, total: int) -> list[Point]:
        """Return the points added since `self.total` had that value, as far as they are still kept one by one."""
        count = min(max(self.total - total, 0), len(self._fine))
        newest = list(islice(reversed(self._fine), count))
        newest.reverse()
        return newest

    def arrived_after(self, arrived_ns: int) -> list[Point]:
        """Return the points that arrived after that time, oldest first."""
        newest: list[Point] = []
        for part in (self._fine, self._coarse):
            for point in reversed(part):
                if point.arrived_ns <= arrived_ns:
                    newest.reverse()
                    return newest
                newest.append(point)
        newest.reverse()
        return newest

    def _move_to_coarse(self, point: Point) -> None:
        """Move a point to the coarse part, where one point stands for each second."""
        last = self._coarse.pop() if self._coarse else None
        self._coarse.extend(thinned([point] if last is None else [last, point], COARSE_STEP_S))


def thinned(points: Iterable[Point], step_s: float) -> Iterator[Point]:
    """Yield one point per `step_s` seconds of the axis at most: its first good one, else its first."""
    kept: Point | None = None
    for point in points:
        if kept is None or int(point.x_s // step_s) != int(kept.x_s // step_s):
            if kept is not None:
                yield kept
            kept = point
        elif kept.grade != "good" and point.grade == "good":
            kept = point
    if kept is not None:
        yield kept

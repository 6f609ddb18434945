"""The trend that a page needs when it opens: bounded, whatever the rate and the length of the run. Knows no clock."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from stream.view.live.points import Point

FINE_POINTS: Final = 36_000
"""60 min at 10 readings/s are kept one by one."""
COARSE_POINTS: Final = 28_800
"""What is older is kept at one a second, for 8 h more."""
COARSE_STEP_S: Final = 1.0


def thinned(points: Iterable[Point], step_s: float) -> Iterator[Point]:
    """At most one point for every `step_s` seconds of the axis: its first good one, else its first."""
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


class History:
    """Points in the order of arrival; the newest one by one, older ones thinned, the oldest forgotten."""

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
        self._fine.append(point)
        self.total += 1
        if len(self._fine) > self._fine_limit:
            self._age(self._fine.popleft())

    def _age(self, point: Point) -> None:
        """Move a point to the coarse part, where it shares its second with others."""
        last = self._coarse.pop() if self._coarse else None
        self._coarse.extend(thinned([point] if last is None else [last, point], COARSE_STEP_S))

    def added_since(self, total: int) -> list[Point]:
        """The points added since `self.total` had that value, as far as they are still kept one by one."""
        count = min(max(self.total - total, 0), len(self._fine))
        newest = list(islice(reversed(self._fine), count))
        newest.reverse()
        return newest

    def arrived_after(self, arrived_ns: int) -> list[Point]:
        """The points that arrived after that moment, oldest first."""
        newest: list[Point] = []
        for part in (self._fine, self._coarse):
            for point in reversed(part):
                if point.arrived_ns <= arrived_ns:
                    newest.reverse()
                    return newest
                newest.append(point)
        newest.reverse()
        return newest

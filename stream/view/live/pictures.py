"""Pictures to look back at: the newest one by one, older ones one a second, a bounded number. Knows no clock."""

from collections import OrderedDict
from typing import Final, Generic, Protocol, TypeVar

NEWEST: Final = 30
STEP_NS: Final = 1_000_000_000


class Kept(Protocol):
    """What is kept: of one frame, with a moment."""

    @property
    def seq(self) -> int: ...

    @property
    def t_capture_ns(self) -> int: ...


Item = TypeVar("Item", bound=Kept)


class Pictures(Generic[Item]):
    """Of the newest `NEWEST` all; of older ones one a second, `limit` in all."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._old: OrderedDict[int, Item] = OrderedDict()
        self._new: OrderedDict[int, Item] = OrderedDict()
        self._next_ns = 0

    def __len__(self) -> int:
        return len(self._old) + len(self._new)

    def add(self, picture: Item) -> None:
        """The newest picture."""
        if self._limit == 0:
            return
        self._new[picture.seq] = picture
        if len(self._new) > min(NEWEST, self._limit):
            self._age(self._new.popitem(last=False)[1])

    def _age(self, picture: Item) -> None:
        if not 0 < self._next_ns - picture.t_capture_ns <= STEP_NS:  # also after a clock was set back
            self._next_ns = picture.t_capture_ns + STEP_NS
            self._old[picture.seq] = picture
        while len(self) > self._limit and self._old:
            self._old.popitem(last=False)

    def get(self, seq: int) -> Item | None:
        """The picture of a frame, where it is kept."""
        return self._new.get(seq) or self._old.get(seq)

    def nearest(self, seq: int) -> int | None:
        """The frame next to one whose picture is kept."""
        return min([*self._old, *self._new], key=lambda kept: abs(kept - seq), default=None)

"""What these tests share: a clock that the test turns, and readings with few words."""

from collections.abc import Callable
from typing import Any

import pytest

from stream.protocol.readings import DensityReading
from stream.protocol.types import Mode
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from tests.doubles.readings import START_NS, page_reading


class Clock:
    """Nanoseconds that pass only when a test lets them."""

    def __init__(self) -> None:
        self.now_ns = START_NS

    def __call__(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


MakeReading = Callable[..., DensityReading]
MakeFeed = Callable[..., Feed]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reading(clock: Clock) -> MakeReading:
    """Return a maker of good readings, captured 60 ms ago; any field may be given."""

    def make(seq: int = 0, **fields: Any) -> DensityReading:
        return page_reading(seq, **{"t_capture_ns": clock.now_ns - 60_000_000} | fields)

    return make


@pytest.fixture
def feed(clock: Clock) -> MakeFeed:
    def make(mode: Mode = "live", **fields: Any) -> Feed:
        info = SessionInfo(
            session="s1",
            mode=mode,
            media_time=mode == "replay",
            source="scope",
            workers=2,
            version="0.1.0",
            **fields,
        )
        return Feed(info, clock)

    return make

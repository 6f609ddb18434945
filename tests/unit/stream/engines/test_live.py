"""The figures of a live run."""

import pytest

from stream.engines.bench.live import growth_pct
from stream.engines.bench.watching import Watched


def test_memory_is_compared_from_the_first_quarter_on() -> None:
    seen = Watched(pss=[(0, 50), (20, 900), (30, 1000), (60, 1100), (100, 1050), (120, 0)])
    assert growth_pct(seen, 0, 100) == pytest.approx(5)


def test_what_the_system_does_not_tell_is_no_growth() -> None:
    assert growth_pct(Watched(pss=[(30, 0), (60, 0)]), 0, 100) is None
    assert growth_pct(Watched(pss=[(30, 5)]), 0, 100) is None

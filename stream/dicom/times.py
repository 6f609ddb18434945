"""Moments as DICOM writes them: always UTC, in an object that says so (DICOM PS3.5, 6.2, DA, TM and DT)."""

from datetime import UTC, datetime, timedelta
from typing import Final

OFFSET: Final = "+0000"
"""Timezone Offset From UTC (0008,0201), of all dates and times of an object."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(t_ns: int) -> datetime:
    """Return nanoseconds since 1970 UTC as a moment, cut to microseconds, the finest that DICOM knows."""
    return _EPOCH + timedelta(microseconds=t_ns // 1000)


def rfc3339(t_ns: int) -> str:
    """Return the moment as text with every nanosecond: "2027-01-15T08:00:00.040000000Z"."""
    return f"{moment(t_ns):%Y-%m-%dT%H:%M:%S}.{t_ns % 1_000_000_000:09d}Z"


def date_time(t_ns: int) -> str:
    """Return the moment as a DT, "20270115080000.040000", for an object that says its offset for all of them."""
    return f"{moment(t_ns):%Y%m%d%H%M%S.%f}"

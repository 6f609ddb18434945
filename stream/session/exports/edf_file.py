"""The European Data Format with annotations, EDF+C, as bytes (https://www.edfplus.info/specs/edfplus.html).

A record is one second: of each signal a number of 16-bit samples, then annotations. A patient is not named. Pure.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.version import VERSION

_LOWEST, _HIGHEST = -32768, 32767
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ANNOTATIONS: Final = "EDF Annotations"
_SIGNAL_WIDTHS: Final = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
"""Label, transducer, unit, physical minimum and maximum, digital ones, prefiltering, samples per record, reserved."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal. label: at most 16 signs. low, high: whole numbers between which its values lie."""

    label: str
    unit: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something that happened. onset_s: s from the beginning of the file; duration_s: None for a moment."""

    onset_s: float
    duration_s: float | None
    text: str


def digital(values: npt.NDArray[np.float64], signal: Signal) -> npt.NDArray[np.int16]:
    """Return values as the 16-bit numbers that stand for them, rounded to the nearest."""
    share = (values - signal.low) / (signal.high - signal.low)
    return np.asarray(np.rint(share * (_HIGHEST - _LOWEST) + _LOWEST), np.int16)


class AnnotationRecords:
    """Annotations as the bytes that each record has of them.

    They fill the records from the first on, in order: the room in each is that of the longest one and an even share of
    all, so that all of them find a place.
    """

    def __init__(self, annotations: Iterable[Annotation], records: int) -> None:
        """Begin with the first record."""
        self._left = deque(_encoded(one) for one in annotations)
        longest, all_of_them = max(map(len, self._left), default=0), sum(map(len, self._left))
        wanted = len(_time_keeping(records)) + longest + -(-all_of_them // records)
        self.size = wanted + wanted % 2
        """Bytes per record, even."""

    def next(self, second: int) -> bytes:
        """Return the bytes of the next record, which begins at a second of the file."""
        taken = _time_keeping(second)
        while self._left and len(taken) + len(self._left[0]) <= self.size:
            taken += self._left.popleft()
        return taken.ljust(self.size, b"\0")


def header(
    began: datetime, signals: Sequence[Signal], rate: int, records: int, annotations: AnnotationRecords
) -> bytes:
    """Return the header. began: a full second, UTC; rate: samples per second of each signal."""
    day = f"{began.day:02d}-{_MONTHS[began.month - 1]}-{began.year}"
    widths = (8, 80, 80, 8, 8, 8, 44, 8, 8, 4)
    recording = f"Startdate {day} X X Capillary_Stream_{VERSION} UTC"
    size = 256 * (len(signals) + 2)
    first = (
        *("0", "X X X X", recording, f"{began:%d.%m.%y}", f"{began:%H.%M.%S}", str(size), "EDF+C"),
        *(str(records), "1", str(len(signals) + 1)),
    )
    described = [
        (one.label, "", one.unit, str(one.low), str(one.high), str(_LOWEST), str(_HIGHEST), "", str(rate), "")
        for one in signals
    ]
    samples = str(annotations.size // 2)
    described.append((_ANNOTATIONS, "", "", "-1", "1", str(_LOWEST), str(_HIGHEST), "", samples, ""))
    # All labels come first, then all transducers, and so on.
    by_field = zip(*described, strict=True)
    rest = (_cell(text, width) for width, texts in zip(_SIGNAL_WIDTHS, by_field, strict=True) for text in texts)
    return b"".join((*(_cell(text, width) for text, width in zip(first, widths, strict=True)), *rest))


def records_of(samples: npt.NDArray[np.int16], first_second: int, annotations: AnnotationRecords) -> Iterator[bytes]:
    """Yield records. samples: (records, signals, rate) int16; first_second: of the file, at which they begin."""
    for number, record in enumerate(samples.astype("<i2"), first_second):
        yield record.tobytes() + annotations.next(number)


def _cell(text: str, width: int) -> bytes:
    return text.encode("ascii", "replace")[:width].ljust(width)


def _time_keeping(second: int) -> bytes:
    """Return what each record's annotations begin with: when the record begins."""
    return f"+{second}\x14\x14\0".encode()


def _encoded(annotation: Annotation) -> bytes:
    """Return a time-stamped annotations list of one annotation, with times to a tenth of a millisecond."""
    text = "".join(sign if sign.isprintable() else " " for sign in annotation.text)
    duration = "" if annotation.duration_s is None else f"\x15{annotation.duration_s:.4f}"
    return f"{annotation.onset_s:+.4f}{duration}\x14{text}\x14\0".encode()

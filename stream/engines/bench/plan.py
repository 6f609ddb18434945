"""Decides what is run, and in which order. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stream.errors import UsageError

CONFIGURED: Final = "default"


@dataclass(frozen=True, slots=True)
class Case:
    """An engine with an analyser on so many workers."""

    engine: str
    analyser: str
    workers: int

    @property
    def name(self) -> str:
        """Short name, fit for a folder."""
        return f"{self.engine}-{self.analyser.replace(':', '.')}-{self.workers}"


def listed(text: str, known: Sequence[str], what: str) -> list[str]:
    """Return the names in "a,b". Raises UsageError if one is not known."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    strange = [name for name in names if name not in known]
    if strange or not names:
        raise UsageError(f"--{what} takes {', '.join(known)}, separated by commas; not '{(strange or [text])[0]}'")
    return list(dict.fromkeys(names))


def counts(text: str) -> list[int]:
    """Return the numbers of workers in "1,2", in order. Raises UsageError."""
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        found = []
    if not found or not 1 <= found[0] <= found[-1] <= 64:
        raise UsageError(f"--workers takes numbers from 1 to 64 separated by commas, such as 1,2; not '{text}'")
    return found


def rates(text: str) -> list[float]:
    """Return the frames per second in "60,25". Raises UsageError."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(1 <= rate <= 240 for rate in found):
        raise UsageError(f"--fps takes numbers from 1 to 240 separated by commas, such as 60,25; not '{text}'")
    return found


def cases(engines: Sequence[str], analysers: Sequence[str], workers: Sequence[int]) -> list[Case]:
    """Return every combination; `serial` has one worker, whatever is asked for."""
    found = [
        Case(engine, analyser, 1 if engine == "serial" else count)
        for analyser in analysers
        for engine in engines
        for count in workers
    ]
    return list(dict.fromkeys(found))


def interleaved(found: Sequence[Case], rounds: int) -> Iterator[tuple[int, Case]]:
    """Yield round and case: each round has every case once, every second round backwards.

    So a drift of the machine meets all cases alike.
    """
    for number in range(rounds):
        for case in found if number % 2 == 0 else reversed(found):
            yield number, case

"""What a session was made of: the size of its frames, their rate, and how long it lasts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Media:
    """The frames of a session: size in px, nominal rate in frames per second, time from the first to the last in s.

    treatment: the choice that was made to get their pixels, in one sentence; empty if there was none.
    """

    width: int | None
    height: int | None
    fps: float | None
    duration_s: float | None
    treatment: str = ""


def media_of(facts: Mapping[str, Any], read: Callable[[str], list[tuple[Any, ...]]]) -> Media:
    """Return the media of a session from its facts and its readings; `read` returns all rows of a query."""
    first_s, last_s = read("SELECT MIN(time_s), MAX(time_s) FROM readings WHERE NOT late")[0]
    duration_s = None if first_s is None else round(last_s - first_s, 6)
    return Media(facts.get("width"), facts.get("height"), facts.get("fps"), duration_s, facts.get("treatment") or "")

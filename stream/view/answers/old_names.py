"""Names that answers had in the version before: HTTP sends them beside the present ones, until `GONE_IN`. Pure.

The WebSocket has the present names alone: its messages say their version.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, to_builtins

from stream.readings.trend import Reduced
from stream.view.answers.shown_readings import ShownReading
from stream.view.live.markers import ShownMarker
from stream.view.live.status import Status
from stream.view.review.evidence import FrameEvidence

GONE_IN: Final = "0.3.0"


class OldName(Struct, frozen=True):
    """One name of earlier, the present name, and the old value if that is another one, made from the whole answer."""

    old: str
    present: str
    value: Callable[[Mapping[str, Any]], Any] | None = None


OLD_NAMES: Final[Mapping[type[Struct], tuple[OldName, ...]]] = {
    Status: (OldName("readings", "published"),),
    ShownReading: (
        OldName("x_s", "x"),
        OldName("arrived_ns", "t_arrived_ns"),
        OldName("grade", "quality", lambda reading: reading["quality"] or "failed"),
        OldName("reasons", "quality_reasons", lambda reading: reading["quality_reasons"] or _error(reading)),
    ),
    Reduced: (
        OldName("mean", "density_mean_pct"),
        OldName("min", "density_min_pct"),
        OldName("max", "density_max_pct"),
        OldName("low", "density_low_pct"),
        OldName("high", "density_high_pct"),
        OldName("grade", "quality_code"),
    ),
    FrameEvidence: (OldName("late", "came_late"),),
    ShownMarker: (OldName("version", "state_version"),),
}


def with_old_names(answer: Any) -> Any:
    """Return an answer, or the entries of a list, with the names of earlier as well."""
    if isinstance(answer, list):
        return [with_old_names(entry) for entry in answer]
    names = OLD_NAMES.get(type(answer))
    if names is None:
        return answer
    fields = to_builtins(answer)
    return fields | {name.old: name.value(fields) if name.value else fields[name.present] for name in names}


def _error(reading: Mapping[str, Any]) -> list[str]:
    return [reading["error"]] if reading["error"] else []

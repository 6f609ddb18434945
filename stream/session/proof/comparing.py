"""Whether a stored reading is what the analysis of its picture gives again. Pure."""

import math
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Analysis, Frame
from stream.protocol.outlines import object_outlines, outline_of, points
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.readings.determined import FROZEN, determined
from stream.session.store import objects_in, regions_in

_SAME: Final = 0.005
"""Other processors round differently in the last digits; a reading keeps more than that."""
_SAME_SHARE: Final = 0.001
_SAME_PX: Final = 2
_OutlineTuple = tuple[RegionOutline, ...] | tuple[ObjectOutline, ...]


def first_difference(row: Mapping[str, Any], frame: Frame, analysis: Analysis, *, still: bool) -> str:
    """Return in words the first value in which a row of readings and the analysis of its frame differ; empty if none.

    still: the picture is like the one before. Only then may the row say that it was frozen: for how long a live source
    gives the same picture no replay can tell.
    """
    try:
        measures, regions, objects = _measures(row), _outlines(row, "regions"), _outlines(row, "objects")
    except (ValueError, msgspec.MsgspecError) as error:
        return f"its reading is damaged ({error})"
    frozen = still and row["quality_reasons"].split("; ")[0] == FROZEN
    again = determined(analysis, width=frame.width, height=frame.height, um_per_px=frame.um_per_px, frozen=frozen)
    again_measures = again.pop("measures")
    again["quality_reasons"] = "; ".join(again["quality_reasons"])
    pairs = [(name, row[name], value) for name, value in again.items()]
    names = sorted({*measures, *again_measures})
    pairs += [(name, measures.get(name), again_measures.get(name)) for name in names]
    for name, stored, value in pairs:
        if not _same(stored, value):
            return f"{name} is {_shown(stored)} in the session, and {_shown(value)} computed again from its picture"
    if regions is not None and not _same_outlines(regions, tuple(map(outline_of, analysis.regions))):
        return "the outlines of capillaries in the session are not those of its picture"
    if objects is not None and not _same_outlines(objects, object_outlines(analysis.objects)):
        return "the outlines of objects in the session are not those of its picture"
    return ""


def _measures(row: Mapping[str, Any]) -> dict[str, float]:
    return msgspec.json.decode(row["measures"], type=dict[str, float])


def _outlines(row: Mapping[str, Any], name: str) -> _OutlineTuple | None:
    blob = row.get(name)
    read = regions_in if name == "regions" else objects_in
    return None if blob is None else read(blob)


def _same(stored: object, again: object) -> bool:
    if isinstance(stored, (int, float)) and isinstance(again, (int, float)):
        return math.isclose(stored, again, rel_tol=_SAME_SHARE, abs_tol=_SAME)
    return stored == again


def _shown(value: object) -> str:
    if value is None:
        return "not there"
    return f"{value:.4f}" if isinstance(value, float) else f'"{value}"' if isinstance(value, str) else str(value)


def _same_outlines(stored: _OutlineTuple, again: _OutlineTuple) -> bool:
    """Return whether each outline has a counterpart with the same bounding box, to `_SAME_PX`."""
    boxes, others = _boxes(stored), _boxes(again)
    if len(boxes) != len(others):
        return False
    return all((np.abs(others - box).max(axis=1) <= _SAME_PX).any() for box in boxes)


def _boxes(outlines: _OutlineTuple) -> npt.NDArray[np.int32]:
    """Return left, top, right and bottom of each outline, (n, 4) int32 px."""
    corners = map(points, outlines)
    boxes = [np.concatenate([one.min(axis=0), one.max(axis=0)]) for one in corners]
    return np.array(boxes, np.int32).reshape(-1, 4)

"""Times and scale that a DICOM header gives."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any, Final

_CENTIMETRES: Final = 3  # Physical Units, PS3.3 C.8.5.5.1.15
_UM_PER_MM: Final = 1000.0


def frame_times(data: Any, frames: int) -> tuple[float | None, list[float]]:
    """Return frames per second, None if it is unknown, and each frame's time in seconds.

    FrameTimeVector or FrameTime, in ms, else RecommendedDisplayFrameRate or CineRate (PS3.3 C.7.6.5); else a frame
    counts one second, as separate pictures do.
    """
    vector = data.get("FrameTimeVector")
    if vector is not None and not isinstance(vector, (int, float)) and len(vector) >= frames > 1:
        times = [one / 1000 for one in accumulate(float(step) for step in list(vector)[1:frames])]
        if all(later > earlier for earlier, later in pairwise([0.0, *times])):
            return (frames - 1) / times[-1], [0.0, *times]
    step_ms = _positive(data.get("FrameTime"))
    fps = _positive(data.get("RecommendedDisplayFrameRate")) or _positive(data.get("CineRate"))
    rate = 1000 / step_ms if step_ms else fps
    return rate, [number / (rate or 1.0) for number in range(frames)]


def um_per_px(data: Any) -> float | None:
    """Return the width of a pixel in µm, None if the header does not give it.

    PixelSpacing, also of functional groups, ImagerPixelSpacing, NominalScannedPixelSpacing (mm, the second value is
    between columns: PS3.3 10.7.1.1), or the first ultrasound region that is calibrated in cm (C.8.5.5).
    """
    for place in _places(data):
        for name in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
            spacing = place.get(name)
            if spacing is not None and not isinstance(spacing, (int, float)) and len(spacing) == 2:
                width = _positive(spacing[1])
                if width:
                    return width * _UM_PER_MM
    for region in data.get("SequenceOfUltrasoundRegions") or ():
        delta = region.get("PhysicalDeltaX")
        if region.get("PhysicalUnitsXDirection") == _CENTIMETRES and delta:
            return abs(float(delta)) * 10 * _UM_PER_MM
    return None


def _places(data: Any) -> Iterator[Any]:
    """Yield where a spacing may stand: in the functional groups (PS3.3 C.7.6.16.2.1), then in the header itself."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in (data.get(groups) or ())[:1]:
            yield from (group.get("PixelMeasuresSequence") or ())[:1]
    yield data


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < float("inf") else None

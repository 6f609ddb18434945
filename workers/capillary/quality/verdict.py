"""Whether a frame may be acted on, and why not. Knows the frame and its predecessor's thumbnail, no other frame."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Final, NamedTuple

from stream.pixels.arrays import ImagePlane
from stream.pixels.colours import Colours
from stream.protocol.contracts import Frame, Quality
from stream.protocol.types import QualityVerdict
from workers.capillary.background import Flat
from workers.capillary.quality.facts import FrameFacts
from workers.capillary.quality.kinds import other_kind
from workers.capillary.quality.measuring import measure
from workers.capillary.settings import QualityLimits

SAID_OTHERWISE: Final = frozenset({"glare", "border"})
"""Objects with a reason of their own: glare, and for a border, which is no tissue at all, little tissue in view."""


class Check(NamedTuple):
    """A reason, the measure behind it, and the two limits above which it is given: poor, and unusable."""

    reason: str
    value: float
    good: float
    usable: float


def judge(
    frame: Frame, half: Colours, flat: Flat, green: ImagePlane, limits: QualityLimits, facts: FrameFacts
) -> Quality:
    """Judge a frame.

    half: its picture at half resolution. flat: the flat field of that, objects left out. green: the smoothed green of
    the flat field. facts: what the analysis found.
    """
    return verdict(combined(measure(frame, half, flat, green), facts), facts.covered, limits)


def combined(measures: Mapping[str, float], facts: FrameFacts) -> dict[str, float]:
    """Return what was measured and what was found by name, to four decimals; of two shares of the same the graver."""
    return {
        name: round(value, 4)
        for name, value in {
            **measures,
            **facts.measures,
            "glare": max(measures["glare"], facts.covered.get("glare", 0.0)),
            "coverage": min(measures["coverage"], facts.analysed),
        }.items()
    }


def verdict(measures: Mapping[str, float], objects: Mapping[str, float], limits: QualityLimits) -> Quality:
    """Judge the measures: good, poor or unusable, with the reasons in plain words, gravest first.

    objects: the share of the frame that each kind of object covers, by name. A picture of another kind has that as its
    one reason: what else is measured of it means something only of skin.
    """
    if kind := other_kind(measures, limits):
        return Quality("unusable", (kind,), dict(measures))
    checks = list(checked(measures, objects, limits))
    unusable = [check.reason for check in checks if check.value > check.usable]
    poor = [check.reason for check in checks if check.good < check.value <= check.usable]
    grade: QualityVerdict = "unusable" if unusable else "poor" if poor else "good"
    return Quality(grade, tuple(unusable + poor), dict(measures))


def checked(measures: Mapping[str, float], objects: Mapping[str, float], limits: QualityLimits) -> Iterator[Check]:
    """Return every reason that there is, with its measure and limits."""
    yield Check("too dark", -measures["brightness"], -limits.brightness_good, -limits.brightness_usable)
    yield Check("glare", measures["glare"], limits.glare_good, limits.glare_usable)
    yield Check("out of focus", -measures["sharpness"], -limits.sharpness_good, -limits.sharpness_usable)
    yield Check("moving", measures.get("motion_px", 0.0), limits.motion_good_px, limits.motion_usable_px)
    in_the_way = [
        Check(f"{name} in the picture: {100 * share:.0f} %", share, limits.objects_good, limits.objects_usable)
        for name, share in objects.items()
        if name not in SAID_OTHERWISE
    ]
    yield from in_the_way
    # What a reason has named already is not also missing tissue.
    tissue = measures["coverage"] + sum(check.value for check in in_the_way if check.value > check.good)
    yield Check("little tissue in view", -tissue, -limits.coverage_good, -limits.coverage_usable)
    yield Check("too few clear vessels", measures["doubt"], limits.doubt_good, inf)
    yield Check("unlike what the model has learned from", measures["unlike"], limits.unlike_good, inf)

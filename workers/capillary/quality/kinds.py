"""Pictures of another kind than skin in colour at the magnification that the analysis was made for."""

from collections.abc import Mapping

from workers.capillary.settings import QualityLimits


def other_kind(measures: Mapping[str, float], limits: QualityLimits) -> str | None:
    """Say in one sentence what kind of picture it is, if it is not to be measured as skin; else return None.

    It is not judged by what cannot be seen: by nothing in the dark or in glare, not by colour if nothing is sharp (a
    white wall has none), not by the width of lines out of focus.
    """
    if measures["brightness"] < limits.brightness_usable or measures["glare"] > limits.glare_usable:
        return None
    # In a grey picture vessels are objects, as grey as hairs: so little may be left uncovered that focus says nothing.
    covered = measures["coverage"] < limits.coverage_usable
    if measures["colour"] < limits.colour_usable and (covered or measures["sharpness"] >= limits.sharpness_usable):
        return "no colour: a grey picture is not measured as skin"
    if measures["contrast"] > limits.contrast_usable:
        return "not skin: contrasts are stronger than in skin under a microscope"
    if measures["sharpness"] < limits.sharpness_good:
        return None
    if measures["line_width"] < limits.line_width_low:
        return "another magnification: vessels are too narrow for this analysis"
    if measures["line_width"] > limits.line_width_high:
        return "another magnification: vessels are too wide for this analysis"
    return None

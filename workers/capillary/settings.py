"""What a user may change about the analysis. Imports no vision library, so that a config is read at once."""

from typing import Annotated

from msgspec import Meta, Struct

from stream.protocol.types import UmPerPx
from workers.runtimes.card import ProposalsName, RuntimeName

Share = Annotated[float, Meta(ge=0, le=1)]


class QualityLimits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of a good frame; beyond the second of a pair it is unusable."""

    sharpness_good: Annotated[
        float, Meta(ge=0, le=100, description="contrast of the sharpest edges, 1/1000 of the local brightness")
    ] = 8.0
    sharpness_usable: Annotated[float, Meta(ge=0, le=100)] = 4.0
    motion_good_px: Annotated[
        float, Meta(ge=0, le=1000, description="movement since the frame before, full-frame px")
    ] = 7.0
    motion_usable_px: Annotated[float, Meta(ge=0, le=1000)] = 60.0
    brightness_good: Annotated[float, Meta(ge=0, le=255, description="mean of the green channel, 0..255")] = 50.0
    brightness_usable: Annotated[float, Meta(ge=0, le=255)] = 25.0
    glare_good: Annotated[Share, Meta(description="share of the frame that is overexposed")] = 0.02
    glare_usable: Share = 0.15
    colour_usable: Annotated[
        float,
        Meta(ge=0, le=100, description="redness of the reddest spots over the picture's contrast; 0 if it is grey"),
    ] = 0.7
    contrast_usable: Annotated[
        Share, Meta(description="variation of the brightness within a sixtieth of the frame, over the brightness")
    ] = 0.1
    line_width_low: Annotated[
        float, Meta(ge=0, le=100, description="redness of lines 45 to 64 px wide over that of lines 16 to 22 px wide")
    ] = 0.65
    line_width_high: Annotated[float, Meta(ge=0, le=100)] = 1.55
    coverage_good: Annotated[Share, Meta(description="share of the frame that shows evenly lit tissue")] = 0.9
    coverage_usable: Share = 0.6
    objects_good: Annotated[
        Share, Meta(description="share of the frame that hairs, or another kind of object, cover")
    ] = 0.05
    objects_usable: Share = 0.3
    doubt_good: Annotated[Share, Meta(description="share of the capillaries' expected area that is in doubt")] = 0.5
    unlike_good: Annotated[
        float,
        Meta(
            ge=0,
            le=100,
            description="how unlike the frames of the training; 1: as the farthest of these, 2: as bare skin",
        ),
    ] = 2.0


class AnalyserSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of the capillary analyser."""

    weights: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4096,
            description="a shipped model's name, or the path of a file of weights beside its card",
        ),
    ] = "default"
    proposals: Annotated[
        ProposalsName | None,
        Meta(description="who proposes regions, contrast or helmy2022 (slow); absent: as the weights were trained"),
    ] = None
    runtime: Annotated[RuntimeName, Meta(description="what runs the network")] = "litert"
    threshold: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="a region with this probability or more is a capillary; absent: the card's"),
    ] = None
    max_regions: Annotated[
        int, Meta(ge=1, le=2000, description="regions looked at in one frame, the largest first")
    ] = 400
    model_um_per_px: Annotated[
        UmPerPx | None,
        Meta(
            description="scale of the frames that the model knows, if it was measured: every frame whose scale is "
            "known is then brought to it; absent: taken as 0.8, and what is within 25 % of that is left as it is"
        ),
    ] = None
    quality: QualityLimits = QualityLimits()

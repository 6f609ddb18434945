"""One change of one frame: what the analysis says before and after, of the tissue that is seen in both."""

import zlib
from dataclasses import dataclass
from typing import Final

from stream.protocol.contracts import Analyser, Analysis, Frame, Pixels
from stream.protocol.measures import ANALYSED
from workers.models.stress.changes import Changed, FrameChange
from workers.training.data.augment import seeded
from workers.training.data.labels import Mask, filled

SEED: Final = 20_261_127
"""No training has this seed: what is drawn here lies elsewhere than what a model has learned from."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A frame, a change of it, and both analyses. Densities in %, of the tissue that no drawn object hides."""

    frame: str
    pixels: Pixels
    change: FrameChange
    changed: Changed
    before: Analysis
    after: tuple[Analysis, ...]

    @property
    def before_pct(self) -> float:
        """Density without the change."""
        return _visible(self.before, self.changed.hidden)

    @property
    def after_pct(self) -> float:
        """Density with the change: the mean of the parts, weighted by the area analysed."""
        areas = [analysed_share(a) * part[..., 0].size for a, part in zip(self.after, self.changed.parts, strict=True)]
        densities = [_visible(analysis, self.changed.hidden) for analysis in self.after]
        if not sum(areas):
            return 0.0
        return sum(area * density for area, density in zip(areas, densities, strict=True)) / sum(areas)

    @property
    def change_pct(self) -> float | None:
        """Relative change of density in %; None if there was no capillary before."""
        before = self.before_pct
        return 100.0 * (self.after_pct / before - 1.0) if before else None

    @property
    def good(self) -> bool:
        """Whether every part is called good."""
        return all(analysis.quality.verdict == "good" for analysis in self.after)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why parts are called poor, each reason once."""
        return tuple(dict.fromkeys(reason for analysis in self.after for reason in analysis.quality.reasons))

    @property
    def held(self) -> bool:
        """Whether the reading may be trusted: it lies in the interval of the undisturbed one, or is called poor."""
        moved = self.before.density_pct + self.after_pct - self.before_pct
        return not self.good or self.before.density_low_pct <= moved <= self.before.density_high_pct


def tried(name: str, pixels: Pixels, before: Analysis, change: FrameChange, analyser: Analyser) -> Trial:
    """Change the frame, (height, width, 3) uint8 BGR, and analyse it. before: the analysis of the frame as it is."""
    random = seeded(SEED, [zlib.crc32(change.name.encode()), zlib.crc32(name.encode())])
    changed = change.apply(pixels, random)
    return Trial(name, pixels, change, changed, before, tuple(analyser.analyse(Frame(p)) for p in changed.parts))


def analysed_share(analysis: Analysis) -> float:
    """Return the share of the frame that was analysed; 1 if the analysis does not say."""
    return analysis.measures.get(ANALYSED.keys[0], 100.0) / 100.0


def _visible(analysis: Analysis, hidden: Mask | None) -> float:
    """Return the density in % of the tissue that is not hidden, whether or not the analysis knows what is hidden.

    The capillary area that the analysis states is split as the area of its regions is; so this also holds if it is no
    plain sum of them. The area of the visible tissue is the same on both sides of a comparison.
    """
    if hidden is None:
        return analysis.density_pct
    seen = hidden == 0
    capillary_px = analysis.density_pct * analysed_share(analysis) * hidden.size
    inside = filled([region.polygon_px.tolist() for region in analysis.regions], hidden.shape) > 0
    share_seen = float((seen[inside] if inside.any() else seen).mean())
    return capillary_px * share_seen / max(1, int(seen.sum()))

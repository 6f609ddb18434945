"""What the analysis of a frame knows of it, as its quality is judged by. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What was found in one frame; the defaults are those of a frame of which nothing is known.

    covered: share of the frame under objects, by the objects' name, 0..1.
    analysed: share of the frame that is analysed as tissue, 0..1.
    clear_vessels: regions that are clearly capillaries.
    doubt: share of the expected area of capillaries that hangs on regions in doubt: Σ p (1 - p) a / Σ p a, 0..1.
    unlike: how far the frame is from those that the model has learned from; 0 alike, 1 as the farthest of them.
    """

    covered: Mapping[str, float] = field(default_factory=dict)
    analysed: float = 1.0
    clear_vessels: int = 0
    doubt: float = 0.0
    unlike: float = 0.0

    @property
    def measures(self) -> dict[str, float]:
        """The facts as measures of a reading: a covered share has the name of its object."""
        return {
            **self.covered,
            "clear_vessels": float(self.clear_vessels),
            "doubt": self.doubt,
            "unlike": self.unlike,
        }

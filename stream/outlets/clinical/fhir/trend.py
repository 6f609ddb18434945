"""The trend of one stretch of time after the other, from readings as they come. Pure."""

from dataclasses import dataclass

from stream.outlets.clinical.clinical_value import trust_in
from stream.protocol.readings import DensityReading


@dataclass(frozen=True, slots=True)
class SampledTrend:
    """Densities at equal steps; values: of each step the first good one, %, or None."""

    session: str
    start_ns: int
    step_ns: int
    values: tuple[float | None, ...]

    @property
    def end_ns(self) -> int:
        """Return the end of its last step."""
        return self.start_ns + self.step_ns * len(self.values)


class TrendBook:
    """The trend that is being collected. Stretches and steps are counted from 1970 UTC.

    A trend begins with the first step that had a reading: what an earlier process collected is not known here.
    """

    def __init__(self, length_s: float, step_s: float) -> None:
        """Begin; length_s: of a stretch, 0: nothing is collected. step_s: from one value to the next."""
        self._length_ns, self._step_ns = round(length_s * 1e9), round(step_s * 1e9)
        self._session, self._stretch = "", -1
        self._steps: dict[int, float | None] = {}

    def completed_by(self, reading: DensityReading) -> SampledTrend | None:
        """Return the trend that ends before this reading; None if the reading still belongs to it."""
        if not self._steps or self._place(reading) == (self._session, self._stretch):
            return None
        first, last = min(self._steps), max(self._steps)
        values = tuple(self._steps.get(step) for step in range(first, last + 1))
        return SampledTrend(self._session, first * self._step_ns, self._step_ns, values)

    def take(self, reading: DensityReading) -> None:
        """Note a reading; the first of another stretch begins a new trend."""
        if not self._length_ns:
            return
        if self._place(reading) != (self._session, self._stretch):
            (self._session, self._stretch), self._steps = self._place(reading), {}
        step = reading.t_capture_ns // self._step_ns
        good = reading.density_pct if trust_in(reading) == "final" else None
        if self._steps.get(step) is None:
            self._steps[step] = good

    def _place(self, reading: DensityReading) -> tuple[str, int]:
        return reading.session, reading.t_capture_ns // max(1, self._length_ns)

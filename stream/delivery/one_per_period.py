"""Which readings a receiver gets that takes one of every so many seconds. Pure."""

from stream.protocol.readings import DensityReading


class OnePerPeriod:
    """Takes readings in order, and decides for each whether it is sent.

    Of each period, counted from 1970 UTC, it is the first good reading. If a whole period had none, the next reading is
    sent whatever its quality, so that the receiver learns that there is no good one.
    """

    def __init__(self, every_s: float) -> None:
        """Begin; every_s: length of a period, 0: every reading is sent."""
        self._every_ns = round(every_s * 1e9)
        self._sent: int | None = None  # the newest period of which a reading was sent
        self._seq = -1  # of that reading

    def takes(self, reading: DensityReading) -> bool:
        """Decide about the next reading. It may be asked again about the same one, which did not arrive."""
        if self._every_ns == 0 or reading.seq == self._seq:
            return True
        period = reading.t_capture_ns // self._every_ns
        if self._sent is not None and period <= self._sent:
            return False
        good = reading.status == "ok" and reading.quality == "good"
        if not (good or self._sent is None or period > self._sent + 1):
            return False
        self._sent, self._seq = period, reading.seq
        return True

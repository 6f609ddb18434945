"""The pauses between attempts to reach what is away: it is asked less and less often.

A camera that starts, a server that comes back, and a network that many share need their time for other things. Pure.
"""

import random
from typing import Final

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 10.0
_JITTER: Final = 0.25


class BackOff:
    """The pauses before attempts: none before the first, then each twice the one before, up to `_LONGEST_S`.

    Each is longer or shorter by chance, by up to a quarter: several programs that lost one switch do not all come back
    to it at one moment. The longest is not exceeded.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._attempts = 0

    def pause_s(self) -> float:
        """Return how long to wait before the next attempt, in seconds."""
        self._attempts += 1
        if self._attempts == 1:
            return 0.0
        pause_s = _FIRST_S * 2.0 ** min(self._attempts - 2, 30)
        return min(pause_s * self._rng.uniform(1 - _JITTER, 1 + _JITTER), _LONGEST_S)

    def reset(self) -> None:
        """Begin anew: an attempt has succeeded."""
        self._attempts = 0

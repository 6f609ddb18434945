"""How the newest attempt to reach a receiver went, and since when: what people see of an outlet."""

import time

from stream.console.logs import discreet
from stream.protocol.outlets import OutletCondition, OutletState
from stream.protocol.types import MAX_SENTENCE


class Standing:
    """Changed by the outlet's thread alone; `state` may be asked from any."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._delivered = 0
        self._now: tuple[OutletCondition, str, int] = ("idle", "", time.time_ns())  # replaced as a whole: needs no lock

    def succeeded(self) -> None:
        """Note that a message arrived."""
        self._delivered += 1
        if self._now[0] != "connected":
            self._now = ("connected", "", time.time_ns())

    def failed(self, error: Exception) -> str:
        """Note why a message did not arrive; return it as a sentence without secrets."""
        sentence = discreet(str(error) or type(error).__name__)[:MAX_SENTENCE]
        condition, _, since_ns = self._now
        self._now = ("failing", sentence, since_ns if condition == "failing" else time.time_ns())
        return sentence

    def state(self, waiting: int, given_up: int) -> OutletState:
        """Return how the outlet stands."""
        condition, error, since_ns = self._now
        return OutletState(
            name=self._name,
            condition=condition,
            waiting=waiting,
            delivered=self._delivered,
            given_up=given_up,
            error=error,
            since_ns=since_ns,
        )

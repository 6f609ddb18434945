"""Streams of Lab Streaming Layer that are recorded beside the readings: found, followed, put on the session's clock."""

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from stream.config.sections import LslInletConfig
from stream.console.logs import discreet
from stream.delivery.lsl_search import predicate
from stream.outlets.lsl.lsl_clock import LslClock
from stream.outlets.lsl.network import pylsl_within
from stream.protocol.outlets import (
    MOST_CHANNELS,
    MOST_SAMPLES,
    SignalChannel,
    SignalFound,
    SignalSample,
    SignalSamples,
    SignalValue,
)
from stream.protocol.readings import DensityReading
from stream.protocol.types import LONGEST_NAME, Message
from stream.protocol.wire import checked

log = logging.getLogger("capillary.delivery")

_LOOK_S: Final = 0.2
_ANSWER_S: Final = 2.0
_FORGET_S: Final = 5.0
_MOST_BUFFERED_S: Final = 10
_MOST_MESSAGES: Final = 1000
_LONGEST_TEXT: Final = 200


class LslReader:
    """A thread that follows streams. What it has for the sink waits in a bounded queue, which loses its oldest."""

    def __init__(self, settings: LslInletConfig, session: str) -> None:
        """Begin. session: its own streams are not recorded. Raises ConfigError if pylsl is missing."""
        self._settings, self._session = settings, session
        self._pylsl = pylsl_within(settings.scope)
        self._clock = LslClock(self._pylsl.local_clock)
        self._messages: deque[Message] = deque(maxlen=_MOST_MESSAGES)
        self._followed: dict[str, _Followed] = {}
        self._own: set[str] = set()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lsl-reader", daemon=True)
        self._thread.start()

    def tell(self, message: Message) -> None:
        """Learn the session's clock from a reading."""
        if isinstance(message, DensityReading):
            self._clock.follow(message)

    def pass_on(self, tell: Callable[[Message], bool]) -> None:
        """Tell the sink what there is for it, by a function that returns False if it takes nothing now."""
        while self._messages:
            message = self._messages.popleft()
            if not tell(message):
                self._messages.appendleft(message)
                return

    def close(self) -> None:
        """Follow no more. May be called twice."""
        self._closing.set()
        self._thread.join(_ANSWER_S)

    def _run(self) -> None:
        resolver = self._pylsl.ContinuousResolver(pred=predicate(self._settings.streams), forget_after=_FORGET_S)
        while not self._closing.wait(_LOOK_S):
            for found in resolver.results():
                if found.name() not in self._followed and found.uid() not in self._own:
                    self._follow(found)
            for name, followed in list(self._followed.items()):
                try:
                    self._put(followed.samples(self._clock))
                except Exception as error:  # noqa: BLE001 (its device has ended it: it is followed again if it is back)
                    log.warning("the stream %s is recorded no more: %s", discreet(name), error)
                    del self._followed[name]

    def _follow(self, found: Any) -> None:
        try:
            inlet = self._pylsl.StreamInlet(found, max_buflen=_MOST_BUFFERED_S)
            info = inlet.info(_ANSWER_S)
            if info.desc().child_value("session") == self._session:
                self._own.add(found.uid())
                return
            said = checked(_described(info))
            inlet.open_stream(_ANSWER_S)
            inlet.time_correction(_ANSWER_S)
        except Exception as error:  # noqa: BLE001 (a stranger's stream may do anything: it is tried again)
            log.warning("the stream %s cannot be recorded: %s; trying again", discreet(found.name()), error)
            return
        log.info("the stream %s is recorded: %d channels", discreet(said.name), len(said.channels))
        self._followed[found.name()] = _Followed(inlet, said, self._settings.most_per_s)
        self._put(said)

    def _put(self, message: Message | None) -> None:
        if message is not None:
            self._messages.append(message)


class _Followed:
    """One stream that is followed."""

    def __init__(self, inlet: Any, said: SignalFound, most_per_s: float) -> None:
        self._inlet, self._said, self._most_per_s = inlet, said, most_per_s
        self._period = -math.inf  # the newest one of which a sample was taken

    def samples(self, clock: LslClock) -> SignalSamples | None:
        """Return what came, thinned, in times of the session; None if nothing did. Raises if the stream is lost."""
        values, times_s = self._inlet.pull_chunk(0.0, MOST_SAMPLES)
        if not times_s:
            return None
        correction_s = self._inlet.time_correction(_ANSWER_S)
        taken = []
        for of_channels, time_s in zip(values, times_s, strict=True):
            period = math.floor(time_s * self._most_per_s)
            if period > self._period:
                self._period = period
                moment = max(0, clock.utc_of(time_s + correction_s))
                taken.append(SignalSample(moment, tuple(map(_value, of_channels[:MOST_CHANNELS]))))
        return checked(SignalSamples(name=self._said.name, samples=tuple(taken))) if taken else None


def _described(info: Any) -> SignalFound:
    count = min(info.channel_count(), MOST_CHANNELS)
    labels = (info.get_channel_labels() or []) + [None] * count
    units = (info.get_channel_units() or []) + [None] * count
    channels = tuple(
        SignalChannel((labels[place] or str(place + 1))[:LONGEST_NAME], (units[place] or "")[:40])
        for place in range(count)
    )
    return SignalFound(
        name=info.name()[:LONGEST_NAME] or "stream",
        content=info.type()[:LONGEST_NAME],
        nominal_per_s=max(0.0, info.nominal_srate()),
        channels=channels,
    )


def _value(value: Any) -> SignalValue:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    number = float(value)
    return number if math.isfinite(number) else None

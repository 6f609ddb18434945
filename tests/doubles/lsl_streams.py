"""Lab Streaming Layer on this machine: a device with a stream, and a program that follows streams."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stream.outlets.lsl.network import pylsl_within

_SOON_S = 5.0


class Followed:
    """A stream that is followed; samples come with the times that they were stamped with."""

    def __init__(self, found: Any) -> None:
        """Take what comes from now on. found: what the library says of the stream."""
        self._inlet = pylsl_within("machine").StreamInlet(found, max_buflen=60)
        self._inlet.open_stream(_SOON_S)
        self.info = self._inlet.info(_SOON_S)
        self.samples: list[list[Any]] = []
        self.times_s: list[float] = []

    def take(self) -> list[list[Any]]:
        """Take what came, and return all samples so far."""
        samples, times_s = self._inlet.pull_chunk(0.05, 4096)
        self.samples += samples
        self.times_s += times_s
        return self.samples

    def correction_s(self) -> float:
        """Return what the library adds to times of the stream's machine for times of this one."""
        return float(self._inlet.time_correction(_SOON_S))

    def close(self) -> None:
        """Follow no more."""
        self._inlet.close_stream()


def follow(*names: str) -> list[Followed]:
    """Find streams by their names, all at once, and follow them; the library needs half a second to ask around."""
    wanted = " or ".join(f"name='{name}'" for name in names)
    found = {info.name(): info for info in pylsl_within("machine").resolve_bypred(wanted, len(names), _SOON_S)}
    assert set(found) == set(names)
    return [Followed(found[name]) for name in names]


@contextlib.contextmanager
def device(name: str, channels: Mapping[str, str], sample: Callable[[], list[float]]) -> Iterator[None]:
    """Send a sample 20 times a second, as a monitor of heart rates does. channels: label and unit of each."""
    pylsl = pylsl_within("machine")
    info = pylsl.StreamInfo(name, "HeartRate", len(channels), 20.0, "double64", name)
    info.set_channel_labels(list(channels))
    info.set_channel_units(list(channels.values()))
    outlet, over = pylsl.StreamOutlet(info), threading.Event()

    def beat() -> None:
        while not over.wait(0.05):
            outlet.push_sample(sample(), pylsl.local_clock())

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()

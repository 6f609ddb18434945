"""Streams of other devices are recorded while they are there, each sample at its time on the session's clock."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import pytest

from stream.config.sections import LslInletConfig
from stream.delivery.lsl_reader import LslReader
from stream.outlets.lsl.network import pylsl_within
from stream.outlets.lsl.sender import LslSender
from stream.protocol.outlets import SignalChannel, SignalFound, SignalSamples
from stream.protocol.types import Message
from tests.doubles.readings import reading
from tests.running import eventually

OFF_NS = 1_000_000
DAY_NS = 86_400_000_000_000


class Recorded:
    """A reader of streams of one name or type, and what it has told the sink."""

    def __init__(self, wanted: str, most_per_s: float = 1000.0, session: str = "s1") -> None:
        self.reader = LslReader(LslInletConfig(streams=(wanted,), most_per_s=most_per_s), session)
        self.messages: list[Message] = []

    def take(self) -> list[Message]:
        self.reader.pass_on(self._keep)
        return self.messages

    def _keep(self, message: Message) -> bool:
        self.messages.append(message)
        return True

    def found(self) -> int:
        return sum(isinstance(message, SignalFound) for message in self.take())

    def values(self) -> list[Any]:
        return [sample.values[0] for sample in self.samples()]

    def samples(self) -> list[Any]:
        return [sample for message in self.take() if isinstance(message, SignalSamples) for sample in message.samples]


@contextmanager
def recording(*arguments: Any, **named: Any) -> Iterator[Recorded]:
    recorded = Recorded(*arguments, **named)
    yield recorded
    recorded.reader.close()


def device(name: str, kind: str = "HeartRate", source_id: str = "") -> Any:
    """Return the open stream of a device with two channels."""
    pylsl = pylsl_within("machine")
    info = pylsl.StreamInfo(name, kind, 2, 0.0, "double64", source_id or name)
    info.set_channel_labels(["rate", "spo2"])
    info.set_channel_units(["/min", "%"])
    return pylsl.StreamOutlet(info)


def test_samples_come_with_values_units_and_times_of_the_session() -> None:
    name = f"monitor-{uuid4().hex[:6]}"
    outlet = device(name)
    with recording(name) as recorded:
        now_ns = time.monotonic_ns()
        # The session's clock of UTC is a day ahead of this machine's, as after a step.
        recorded.reader.tell(reading(0, t_grab_monotonic_ns=now_ns, t_capture_ns=time.time_ns() + DAY_NS))
        eventually(recorded.found, "the stream is found")
        assert recorded.messages[0] == SignalFound(
            name=name,
            content="HeartRate",
            nominal_per_s=0.0,
            channels=(SignalChannel("rate", "/min"), SignalChannel("spo2", "%")),
        )
        pushed_ns = time.time_ns() + DAY_NS
        outlet.push_sample([71.5, float("nan")], pylsl_within("machine").local_clock())
        outlet.push_sample([72.25, 98.0], pylsl_within("machine").local_clock() + 0.25)
        first, second = eventually(lambda: recorded.samples() if len(recorded.samples()) == 2 else None, "both")
        assert (first.values, second.values) == ((71.5, None), (72.25, 98.0))
        assert abs(first.t_ns - pushed_ns) < 10 * OFF_NS
        assert abs(second.t_ns - first.t_ns - 250_000_000) < 10 * OFF_NS


@pytest.mark.slow
def test_a_stream_that_ends_and_comes_back_is_recorded_again() -> None:
    name = f"monitor-{uuid4().hex[:6]}"
    outlet = device(name)
    with recording(name) as recorded:
        eventually(recorded.found, "the stream is found")
        outlet.push_sample([1.0, 0.0])
        eventually(lambda: recorded.values() == [1.0], "a sample is there")
        del outlet
        outlet = device(name)
        again: list[float] = []

        def pushed() -> bool:
            again.append(2.0)
            outlet.push_sample([2.0, 0.0])
            return 2.0 in recorded.values()

        eventually(pushed, "samples of the new one are there")


@pytest.mark.slow
def test_more_samples_than_are_wanted_are_thinned() -> None:
    name = f"eeg-{uuid4().hex[:6]}"
    outlet = device(name, "EEG")
    with recording(name, most_per_s=10.0) as recorded:
        eventually(recorded.found, "the stream is found")
        for number in range(1000):
            outlet.push_sample([float(number), 0.0], 1000.0 + number / 250)
        eventually(lambda: recorded.values()[-1:] == [975.0], "the last period is there")
        assert recorded.values() == [25.0 * period for period in range(40)]


@pytest.mark.slow
def test_the_sessions_own_streams_are_not_recorded() -> None:
    prefix, kind = f"test-{uuid4().hex[:6]}", f"Markers-{uuid4().hex[:6]}"
    with closing(LslSender({"name": prefix})) as sender:
        sender.send(reading(0, session="s1"))
        other = device(f"{prefix}-other", kind)
        with recording("CapillaryDensity") as own, recording(kind) as others:
            eventually(others.found, "another stream is found")
            assert own.found() == 0
            del other


def test_what_the_sink_does_not_take_waits() -> None:
    name = f"monitor-{uuid4().hex[:6]}"
    outlet = device(name)
    with recording(name) as recorded:
        eventually(recorded.found, "the stream is found")
        recorded.reader.pass_on(lambda _: False)
        outlet.push_sample([3.0, 0.0])
        eventually(lambda: recorded.values() == [3.0], "it comes when the sink takes it")

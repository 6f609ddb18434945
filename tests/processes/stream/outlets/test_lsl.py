"""Readings and markers in Lab Streaming Layer: who follows the streams gets what was sent, and when it was."""

import math
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest

from stream.delivery.outlet_table import DeliverySettings
from stream.delivery.passing import Passing
from stream.errors import ConfigError
from stream.outlets.lsl.network import pylsl_within
from stream.outlets.lsl.sender import LslSender
from stream.outlets.outlet import Outlet, QueuedOutlet
from stream.outlets.selection import sender_of
from stream.protocol.bedside import AlarmEvent, Marker
from tests.contracts.outlet_contract import OutletContract
from tests.doubles.lsl_streams import Followed, follow
from tests.doubles.readings import START_NS, failed, reading
from tests.running import eventually

OFF_S = 0.001
"""The bound that docs/outlets/lsl.md states; on one machine some 10 µs are measured."""
FIRST = 2**40
AHEAD_NS = START_NS - 50_000_000_000


def grabbed(seq: int = 0, **fields: object) -> dict[str, object]:
    """Return when a frame was grabbed, by both clocks."""
    return {"t_grab_monotonic_ns": START_NS + seq * 40_000_000 - AHEAD_NS} | fields


@pytest.mark.slow
class TestLslContract(OutletContract):
    SEES_WHAT_IS_MISSED = False

    @pytest.fixture(autouse=True)
    def no_follower(self) -> Iterator[None]:
        self.followers: list[Followed] = []
        yield
        for follower in self.followers:
            follower.close()

    def open(self) -> Outlet:
        outlet = self.open_dead()
        outlet.tell(reading(FIRST, **grabbed()))
        self.followers = follow(f"{self.name}-s-density")
        return outlet

    def received(self) -> list[int]:
        return [int(sample[-1]) for sample in self.followers[0].take() if sample[-1] != FIRST]

    def open_dead(self) -> Outlet:
        self.name = f"contract-{uuid4().hex[:8]}"
        return QueuedOutlet("lsl", sender_of("lsl", {"name": self.name}))


@contextmanager
def streams(*names: str) -> Iterator[tuple[LslSender, list[Followed]]]:
    """Yield a sender whose streams are open, and followers of them."""
    prefix = f"test-{uuid4().hex[:8]}"
    with closing(LslSender({"name": prefix})) as sender:
        sender.send(reading(FIRST, **grabbed()))
        followed = follow(*(f"{prefix}-s-{name}" for name in names))
        yield sender, followed
        for one in followed:
            one.close()


def test_numbers_and_times_arrive_as_they_were_sent() -> None:
    with streams("density", "quality") as (sender, (density, quality)):
        values = {"density_pct": 4.25, "density_low_pct": 3.1, "density_high_pct": 5.3, "capillary_count": 41}
        poor = {"quality": "poor", "quality_reasons": ("out of focus", "hair in the picture: 9 %")}
        sender.send(reading(7, **grabbed(7, **values)))
        sender.send(reading(8, **grabbed(8, **poor)))
        sender.send(failed(9, **grabbed(9)))
        eventually(lambda: len(density.take()) == len(quality.take()) == 3, "all are there")
        assert density.samples[0] == [4.25, 3.1, 5.3, 41.0, 7.0]
        assert all(math.isnan(value) for value in density.samples[2][:4])
        assert quality.samples == [
            ["good", "", "7"],
            ["poor", "out of focus; hair in the picture: 9 %", "8"],
            ["failed", "ValueError: why", "9"],
        ]
        sent_s = [float(str(grabbed(seq)["t_grab_monotonic_ns"])) / 1e9 for seq in (7, 8, 9)]
        assert density.times_s == quality.times_s
        assert max(abs(got - sent) for got, sent in zip(density.times_s, sent_s, strict=True)) < OFF_S
        assert abs(density.correction_s()) < OFF_S


def test_the_time_of_a_sample_is_that_of_the_capture_by_the_clock_of_other_streams() -> None:
    with streams("density") as (sender, (density,)):
        before_s = lsl_clock()
        now_ns = time.monotonic_ns()
        sender.send(reading(1, t_grab_monotonic_ns=now_ns))
        after_s = lsl_clock()
        eventually(lambda: len(density.take()) == 1, "it is there")
        assert before_s - OFF_S < density.times_s[0] < after_s + OFF_S


def lsl_clock() -> float:
    return float(pylsl_within("machine").local_clock())


def test_a_marker_of_a_frame_has_the_time_of_the_frame_and_an_alarm_is_a_marker() -> None:
    with streams("density", "markers") as (sender, (density, markers)):
        sender.send(reading(25, **grabbed(25)))
        at_ns = START_NS + 25 * 40_000_000
        sender.send(
            Marker(session="session", source="s", change="set", t_changed_ns=at_ns, id=3, kind="fluid", text="250 ml µ",
                   seq=25, t_ns=at_ns, until_ns=at_ns + 2_000_000_000)
        )  # fmt: skip
        sender.send(
            AlarmEvent(session="session", source="s", event="raised", t_ns=at_ns, id=1, kind="low", priority="medium",
                       state="sounding", value=4.5, limit=5.0)
        )  # fmt: skip
        eventually(lambda: len(density.take()) == 1 and len(markers.take()) == 2, "all are there")
        marker, alarm = markers.samples
        assert marker[:4] == ["fluid", "set", "3", "250 ml µ"]
        assert abs(float(marker[4]) - density.times_s[0] - 2.0) < OFF_S
        assert alarm == ["alarm-low", "raised", "1", "priority medium; state sounding; value 4.5; limit 5.0", ""]
        assert markers.times_s == density.times_s * 2


def test_a_stream_says_what_is_in_it() -> None:
    with streams("density") as (_, (density,)):
        info = density.info
        keys = ["density_pct", "density_low_pct", "density_high_pct", "capillary_count", "seq"]
        assert (info.type(), info.nominal_srate(), info.get_channel_labels()) == ("CapillaryDensity", 0.0, keys)
        assert info.get_channel_units() == ["%", "%", "%", "1", "1"]
        facts = {fact: info.desc().child_value(fact) for fact in ("session", "source", "model_id", "interval")}
        assert facts == {"session": "session", "source": "s", "model_id": "model-1", "interval": "90 %"}


def test_each_source_has_streams_of_its_own() -> None:
    prefix = f"test-{uuid4().hex[:8]}"
    with closing(LslSender({"name": prefix})) as sender:
        for source in ("left", "right"):
            sender.send(reading(0, **grabbed(source=source)))
        kinds = ("density", "quality", "markers")
        for one in follow(*(f"{prefix}-{source}-{kind}" for source in ("left", "right") for kind in kinds)):
            one.close()


def test_one_reading_of_every_second_is_a_choice() -> None:
    prefix = f"test-{uuid4().hex[:8]}"
    outlet = Passing("lsl", LslSender({"name": prefix}), DeliverySettings(every_s=1.0))
    outlet.tell(reading(0, **grabbed()))
    (density,) = follow(f"{prefix}-s-density")
    for seq in range(1, 101):
        outlet.tell(reading(seq, **grabbed(seq)))
    eventually(lambda: [int(sample[-1]) for sample in density.take()] == [25, 50, 75, 100], "one per second is there")
    density.close()
    outlet.close()


def test_its_check_says_that_streams_are_found() -> None:
    with closing(LslSender({})) as sender:
        assert "streams are found" in sender.check()


def test_wrong_settings_are_named() -> None:
    with pytest.raises(ConfigError, match="no_such_key"):
        LslSender({"no_such_key": 1})
    with pytest.raises(ConfigError, match='"scope" must be one of'):
        LslSender({"scope": "everywhere"})
    LslSender({}).close()
    with pytest.raises(ConfigError, match="one scope per run"):
        LslSender({"scope": "link"})

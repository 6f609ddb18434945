"""The publisher process: subscribers get what the sink tells, and hear it when the sink falls silent."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
import zmq

from stream.config.run_plan import RunPlan
from stream.config.sections import Config, PublishConfig
from stream.delivery.publishing import run
from stream.protocol.outlets import SubscribersNow
from stream.protocol.readings import RunStatus
from tests.doubles.harness import Harness
from tests.doubles.readings import START_NS, reading
from tests.running import free_port


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, "publisher", ("sink",))
    yield harness
    harness.close()


class Subscriber:
    """A plain SUB socket, without any code of the program."""

    def __init__(self, endpoint: str) -> None:
        self._context = zmq.Context[zmq.Socket[bytes]]()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVTIMEO, 10_000)
        self._socket.subscribe(b"")
        self._socket.connect(endpoint)

    def next(self) -> dict[str, Any]:
        fields: dict[str, Any] = msgpack.unpackb(self._socket.recv_multipart()[1])
        return fields

    def has_more(self) -> bool:
        return bool(self._socket.poll(50))

    def close(self) -> None:
        self._context.destroy(linger=0)


@pytest.fixture
def subscriber(harness: Harness) -> Iterator[Subscriber]:
    """Return a subscriber whose subscription has arrived."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    config = Config(publish=PublishConfig(endpoint=endpoint))
    plan = RunPlan(
        session="s", mode="live", source="camera:0", folder=harness.folder, config=config, started_ns=START_NS
    )
    harness.start(lambda child: run(child, plan))
    subscriber = Subscriber(endpoint)
    while not subscriber.has_more():
        harness.tell(status())
    yield subscriber
    subscriber.close()


def status(**fields: Any) -> RunStatus:
    given: dict[str, Any] = {"session": "s", "source": "clip", "mode": "live", "state": "good", "density_pct": 5.0}
    return RunStatus(**given | {"age_ms": 20.0, "t_published_ns": time.time_ns()} | fields)


def test_a_sink_that_falls_silent_is_published_as_stale_four_times_a_second(
    harness: Harness, subscriber: Subscriber
) -> None:
    harness.tell(status())
    while (first := subscriber.next())["state"] == "good":
        assert first["density_pct"] == 5.0
    second = subscriber.next()
    assert (first["state"], first["density_pct"], second["state"]) == ("stale", None, "stale")
    assert first["age_ms"] > 980
    assert 0.2 < (second["t_published_ns"] - first["t_published_ns"]) / 1e9 < 1
    harness.tell(status())
    while subscriber.next()["state"] == "stale":
        pass


def test_a_late_subscriber_gets_the_last_status_though_the_sink_says_nothing(
    harness: Harness, subscriber: Subscriber
) -> None:
    harness.tell(status(state="ended", density_pct=None))
    while subscriber.next()["state"] != "ended":
        pass
    assert subscriber.next()["state"] == "ended"  # again, and so to everyone who comes later


def test_a_reading_bears_the_time_at_which_it_is_published(harness: Harness, subscriber: Subscriber) -> None:
    harness.tell(reading(7, t_published_ns=1))
    while (got := subscriber.next())["type"] != "reading":
        pass
    assert abs(got["t_published_ns"] - time.time_ns()) < 10e9


def test_all_that_was_told_before_the_end_still_goes_out(harness: Harness, subscriber: Subscriber) -> None:
    harness.tell(*(reading(seq) for seq in range(50)))
    harness.stop()
    seqs = []
    while subscriber.has_more():
        got = subscriber.next()
        seqs += [got["seq"]] if got["type"] == "reading" else []
    assert seqs == list(range(50))


def test_the_sink_is_told_how_many_subscribers_there_are_and_that_nothing_is_encrypted(
    harness: Harness, subscriber: Subscriber
) -> None:
    harness.introduce("sink")
    state = harness.hear("sink", SubscribersNow).state
    assert (state.name, state.condition, state.detail) == ("publish", "connected", "1 subscriber, not encrypted")
    subscriber.close()
    idle = harness.hear("sink", SubscribersNow, lambda told: told.state.condition == "idle").state
    assert idle.detail == "0 subscribers, not encrypted"

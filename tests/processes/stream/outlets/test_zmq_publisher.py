"""Subscribers get what is published, whole; a slow subscriber delays nothing."""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import msgpack
import msgspec
import pytest
import zmq

from stream.errors import OutputError, UsageError
from stream.machine.memory import MemoryGrowth
from stream.outlets.outlet import QueuedOutlet
from stream.outlets.zmq_publisher import Publisher
from stream.outlets.zmq_subscriber import json_lines
from stream.protocol.readings import DensityReading, RegionOutline
from stream.readings.run_status import RunStatusTracker
from stream.security.events import SecurityEvents
from tests.doubles.readings import reading
from tests.running import eventually

ENDPOINT = "tcp://127.0.0.1:*"


@pytest.fixture
def events() -> SecurityEvents:
    return SecurityEvents()


@pytest.fixture
def publisher(events: SecurityEvents) -> Publisher:
    return Publisher(ENDPOINT, events=events)


@pytest.fixture
def outlet(publisher: Publisher) -> Iterator[QueuedOutlet]:
    outlet = QueuedOutlet("publish", publisher, publisher.look)
    yield outlet
    outlet.close()


@pytest.fixture
def subscriber(publisher: Publisher, outlet: QueuedOutlet) -> Iterator["zmq.Socket[bytes]"]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.RCVTIMEO, 20_000)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt_string(zmq.SUBSCRIBE, "")
    socket.connect(publisher.endpoint)
    deadline = time.monotonic() + 20
    while not socket.poll(20):  # a subscription takes a moment to arrive
        assert time.monotonic() < deadline
        outlet.tell(reading(0))
    while socket.poll(50):
        socket.recv_multipart()
    yield socket
    socket.close()
    context.term()


def received(socket: "zmq.Socket[bytes]") -> tuple[str, dict[str, Any]]:
    topic, body = socket.recv_multipart()
    return topic.decode(), msgpack.unpackb(body)


def test_a_reading_has_two_parts_topic_and_map(outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]") -> None:
    outlet.tell(reading(5, source="clip"))
    topic, fields = received(subscriber)
    assert topic == "reading.clip"
    assert {"v", "type", "session", "source", "seq", "t_capture_ns", "t_published_ns", "density_pct"} < fields.keys()
    assert {"density_low_pct", "density_high_pct", "capillary_count", "quality", "quality_reasons"} < fields.keys()
    assert {"status", "model_id", "drops_total"} < fields.keys()
    assert (fields["type"], fields["v"], fields["seq"], fields["density_pct"]) == ("reading", 1, 5, 12.5)


def test_pictures_and_outlines_stay_on_this_machine(outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]") -> None:
    outlet.tell(reading(1, picture=b"jpeg", regions=(RegionOutline(b"", 0.5),), objects=()))
    _, fields = received(subscriber)
    assert not {"picture", "regions", "objects"} & fields.keys()
    assert isinstance(msgspec.convert(fields, DensityReading), DensityReading)


def test_a_status_is_published_too(outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]") -> None:
    outlet.tell(RunStatusTracker("session", "live", 1.0).status(0.0, 1))
    topic, fields = received(subscriber)
    assert (topic, fields["state"]) == ("status.none", "no camera")


def test_a_subscriber_who_does_not_read_holds_nobody_up(outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]") -> None:
    for seq in range(20_000):
        outlet.tell(reading(seq))
    assert received(subscriber)[1]["seq"] == 0


def test_who_stops_reading_sees_its_own_gap_and_the_others_get_all(
    publisher: Publisher, outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]"
) -> None:
    count, before = 3000, 1_000_000
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.SUB) as sleeper:
        sleeper.setsockopt(zmq.RCVHWM, 1)
        sleeper.setsockopt(zmq.RCVBUF, 4096)
        sleeper.subscribe(b"reading.")
        sleeper.connect(publisher.endpoint)

        def subscribed() -> bool:
            outlet.tell(reading(before))
            return bool(sleeper.poll(20))

        eventually(subscribed, "it is subscribed")
        while subscriber.poll(50):
            subscriber.recv_multipart()
        for seq in range(count):
            outlet.tell(reading(seq))
            assert received(subscriber)[1]["seq"] == seq
        seqs = []
        while sleeper.poll(100):
            seqs.append(received(sleeper)[1]["seq"])
        outlet.tell(reading(count))
        seqs.append(received(sleeper)[1]["seq"])
    seqs = [seq for seq in seqs if seq != before]
    assert seqs == sorted(seqs)
    assert seqs[-1] == count
    assert seqs[-1] - seqs[-2] > 1


@pytest.mark.usefixtures("outlet")
def test_an_endpoint_in_use_is_said_with_what_to_do(publisher: Publisher) -> None:
    with pytest.raises(OutputError, match=r"publish\.endpoint"):
        Publisher(publisher.endpoint)


@contextlib.contextmanager
def publishing(outlet: QueuedOutlet) -> Iterator[None]:
    """Fifty readings a second."""
    over = threading.Event()

    def publish() -> None:
        while not over.wait(0.02):
            outlet.tell(RunStatusTracker("session", "live", 1.0).status(0.0, 1))
            outlet.tell(reading(3, frame="Zeile\n2"))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_subscribe_prints_a_json_line_a_message(publisher: Publisher, outlet: QueuedOutlet) -> None:
    with publishing(outlet):
        lines = json_lines(publisher.endpoint, "reading.")
        fields = [json.loads(next(lines)) for _ in range(3)]
        del lines
    assert [(found["type"], found["seq"]) for found in fields] == [("reading", 3)] * 3


@pytest.mark.parametrize("endpoint", ["nonsense", "http://127.0.0.1:5560", "tcp://127.0.0.1", ""])
def test_what_is_no_endpoint_is_a_plain_error(endpoint: str) -> None:
    with pytest.raises(UsageError, match="no ZeroMQ endpoint"):
        next(json_lines(endpoint, ""))


@pytest.mark.usefixtures("outlet")
def test_who_speaks_no_zeromq_is_counted(publisher: Publisher, events: SecurityEvents) -> None:
    port = int(publisher.endpoint.rpartition(":")[2])
    for junk in (b"\xff" * 80, b"GET / HTTP/1.1\r\n\r\n" * 10):
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(junk)

    eventually(lambda: events.refused == 2, "both are counted")


@contextlib.contextmanager
def stranger(publisher: Publisher) -> Iterator[socket.socket]:
    """Return a subscriber that speaks ZMTP 3.0 and may then send anything, for a second, or until it is thrown out."""
    ready = b"\x05READY\x0bSocket-Type\0\0\0\x03SUB"
    with (
        contextlib.suppress(ConnectionError, TimeoutError),
        socket.create_connection(("127.0.0.1", int(publisher.endpoint.rpartition(":")[2])), 1) as peer,
    ):
        peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\0NULL" + bytes(48))
        answer = peer.makefile("rb")
        answer.read(64)
        peer.sendall(bytes([4, len(ready)]) + ready)
        answer.read(2)  # what is sent before its side is ready belongs to no message
        yield peer


def endless_parts(publisher: Publisher) -> None:
    """One message of ever more parts."""
    with stranger(publisher) as peer:
        while True:
            peer.sendall((b"\x03" + (400).to_bytes(8, "big") + b"x" * 400) * 1000)


def endless_topics(publisher: Publisher) -> None:
    """Ever more subscriptions."""
    topics = b"".join(b"\0\x1f\1" + os.urandom(15).hex().encode() for _ in range(200_000))
    with stranger(publisher) as peer:
        peer.sendall(topics)


def served(outlet: QueuedOutlet, subscriber: "zmq.Socket[bytes]") -> bool:
    """Whether the subscriber gets what is published now."""
    outlet.tell(reading(9))
    return bool(subscriber.poll(20)) and received(subscriber)[1].get("seq") == 9


def test_a_peer_that_makes_memory_grow_is_thrown_out_and_the_others_are_served_again(
    publisher: Publisher,
    outlet: QueuedOutlet,
    subscriber: "zmq.Socket[bytes]",
    events: SecurityEvents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stream.outlets.zmq_publisher._SHUT_S", 0.1)
    grown = MemoryGrowth()
    with publishing(outlet):
        endless_parts(publisher)
        eventually(lambda: events.refused == 1, "it is counted")
        eventually(lambda: outlet.missed > 0, "what was not sent meanwhile too")

    eventually(lambda: served(outlet, subscriber), "the subscriber is back")
    assert "memory" in events.take(time.monotonic())[0].detail
    assert grown.mb() < 200


def test_memory_that_this_program_itself_takes_shuts_nobody_out(
    publisher: Publisher,
    outlet: QueuedOutlet,
    subscriber: "zmq.Socket[bytes]",
    events: SecurityEvents,
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken = b"x" * 150_000_000
    with publishing(outlet):
        eventually(lambda: publisher._growth.mb() < 50, "it was looked at")
    eventually(lambda: served(outlet, subscriber), "the subscriber is there")
    assert (events.refused, caplog.text) == (0, "")
    del taken


def test_a_flood_of_subscriptions_holds_up_no_reading(publisher: Publisher, outlet: QueuedOutlet) -> None:
    lines, longest_s, grown = json_lines(publisher.endpoint, "reading."), 0.0, MemoryGrowth()
    with publishing(outlet):
        next(lines)
        flood = threading.Thread(target=endless_topics, args=[publisher])
        flood.start()
        while flood.is_alive():
            before_s = time.monotonic()
            next(lines)
            longest_s = max(longest_s, time.monotonic() - before_s)
        flood.join()
    assert longest_s < 5
    assert grown.mb() < 200


def test_many_subscriptions_of_one_subscriber_count_at_once(publisher: Publisher, outlet: QueuedOutlet) -> None:
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.SUB) as subscriber:
        for number in range(20):
            subscriber.setsockopt_string(zmq.SUBSCRIBE, f"topic-{number}")
        subscriber.setsockopt_string(zmq.SUBSCRIBE, "reading.")
        subscriber.connect(publisher.endpoint)
        with publishing(outlet):
            assert subscriber.poll(5000)

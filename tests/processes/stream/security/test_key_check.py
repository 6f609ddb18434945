"""Behind the gate only allowed keys get anything; everyone else is noted, with what was wrong."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from stream.outlets.outlet import QueuedOutlet
from stream.outlets.zmq_publisher import Publisher
from stream.protocol.processes import SecurityEvent
from stream.security.events import SecurityEvents
from stream.security.key_pair import Keys, new_keys
from stream.security.keyring import Keyring
from tests.doubles.readings import reading

Subscriber = Callable[[Keys | None, bytes | None], "zmq.Socket[bytes]"]


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    ring = Keyring(tmp_path)
    ring.make()
    return ring


@pytest.fixture
def events() -> SecurityEvents:
    return SecurityEvents()


@pytest.fixture
def publisher(ring: Keyring, events: SecurityEvents) -> Publisher:
    return Publisher("tcp://127.0.0.1:*", ring, events)


@pytest.fixture
def outlet(publisher: Publisher) -> Iterator[QueuedOutlet]:
    outlet = QueuedOutlet("publish", publisher, publisher.look)
    yield outlet
    outlet.close()


@pytest.fixture
def subscriber(publisher: Publisher) -> Iterator[Subscriber]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    opened: list[zmq.Socket[bytes]] = []

    def connect(own: Keys | None, server: bytes | None) -> "zmq.Socket[bytes]":
        made = context.socket(zmq.SUB)
        opened.append(made)
        made.setsockopt_string(zmq.SUBSCRIBE, "")
        if own is not None and server is not None:
            made.setsockopt(zmq.CURVE_PUBLICKEY, own.public)
            made.setsockopt(zmq.CURVE_SECRETKEY, own.secret)
            made.setsockopt(zmq.CURVE_SERVERKEY, server)
        made.connect(publisher.endpoint)
        return made

    yield connect
    for made in opened:
        made.close(linger=0)
    context.term()


def noted(events: SecurityEvents, outlet: QueuedOutlet, what: str, count: int = 1) -> list[SecurityEvent]:
    """Return what is noted, once there is enough of it; meanwhile readings are published."""
    found: list[SecurityEvent] = []
    deadline = time.monotonic() + 20
    while sum(one.count for one in found if one.what == what) < count:
        assert time.monotonic() < deadline, found
        outlet.tell(reading(0))
        found += events.take(float("inf"))
        time.sleep(0.01)  # between two looks
    return found


def test_an_allowed_key_is_let_in_by_name(
    outlet: QueuedOutlet, subscriber: Subscriber, ring: Keyring, events: SecurityEvents
) -> None:
    own = new_keys()
    ring.allow(own.public.hex(), "ward-7")
    socket = subscriber(own, ring.own().public)
    (one,) = noted(events, outlet, "connected")
    assert (one.where, one.who) == ("subscribers", "ward-7 at 127.0.0.1")
    while not socket.poll(20):
        outlet.tell(reading(0))
    assert socket.recv_multipart()[0] == b"reading.s"
    assert events.refused == 0


def test_others_get_nothing_and_are_noted(
    outlet: QueuedOutlet, subscriber: Subscriber, ring: Keyring, events: SecurityEvents
) -> None:
    stranger, server = new_keys(), ring.own().public
    sockets = [subscriber(stranger, server)]
    (one,) = noted(events, outlet, "refused")
    assert one.who == f"key {stranger.public.hex()} at 127.0.0.1"
    assert "not allowed" in one.detail
    for keys, known in ((None, None), (stranger, new_keys().public)):
        sockets.append(subscriber(keys, known))
        found = noted(events, outlet, "refused")
        assert {each.detail for each in found} == {"it has no key, or not this machine's"}
    for each in sockets:
        assert not each.poll(0), "a stranger got a message"


def test_whoever_speaks_no_zeromq_is_noted(publisher: Publisher, outlet: QueuedOutlet, events: SecurityEvents) -> None:
    port = int(publisher.endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
        assert noted(events, outlet, "refused")[0].detail.startswith("it has no key")


def test_a_forbidden_key_is_not_let_in_again(
    outlet: QueuedOutlet, subscriber: Subscriber, ring: Keyring, events: SecurityEvents
) -> None:
    own = new_keys()
    ring.allow(own.public.hex(), "ward-7")
    subscriber(own, ring.own().public)
    noted(events, outlet, "connected")
    ring.forbid("ward-7")
    subscriber(own, ring.own().public)
    assert "not allowed" in noted(events, outlet, "refused")[0].detail

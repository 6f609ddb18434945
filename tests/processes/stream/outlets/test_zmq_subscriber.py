"""Who waits for readings in vain is told why. Real sockets."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest
import zmq

from stream.errors import WireError
from stream.outlets.zmq_subscriber import Credentials, json_lines
from stream.protocol.readings import RunStatus
from stream.protocol.wire import encode
from stream.security.key_pair import new_keys
from tests.doubles.readings import reading
from tests.running import free_port


class ToldError(Exception):
    """What was said."""


def say(sentence: str) -> None:
    raise ToldError(sentence)


@pytest.fixture
def publisher() -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.PUB) as socket:
        yield socket


def test_where_nobody_is_that_is_said() -> None:
    with pytest.raises(ToldError, match="Nothing answers"):
        next(json_lines(f"tcp://127.0.0.1:{free_port()}", "", None, say, 0.2))


@pytest.mark.parametrize("keyed", [False, True], ids=["without a key", "with another machine's key"])
def test_who_is_not_let_in_is_told(publisher: "zmq.Socket[bytes]", keyed: bool) -> None:
    publisher.setsockopt(zmq.CURVE_SERVER, 1)
    publisher.setsockopt(zmq.CURVE_SECRETKEY, new_keys().secret)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    credentials = Credentials(new_keys(), new_keys().public) if keyed else None
    with pytest.raises(ToldError, match=r"does not let this machine in.*--key"):
        next(json_lines(f"tcp://127.0.0.1:{port}", "", credentials, say, 0.5))


def test_who_is_let_in_is_told_nothing(publisher: "zmq.Socket[bytes]") -> None:
    """Also if the first reading comes later than the timeout."""
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    lines: list[str] = []
    waiting = threading.Thread(
        target=lambda: lines.append(next(json_lines(f"tcp://127.0.0.1:{port}", "", None, say, 0.5))), daemon=True
    )
    waiting.start()
    waiting.join(0.7)
    while waiting.is_alive():
        publisher.send_multipart([b"reading.x", encode(reading(7))])
        waiting.join(0.05)
    assert json.loads(lines[0])["seq"] == 7


GOOD: dict[str, object] = json.loads(
    msgspec.json.encode(RunStatus(session="s", source="x", mode="live", state="good", density_pct=4.2, age_ms=50.0))
)


def body(fields: dict[str, object]) -> bytes:
    return msgspec.msgpack.encode(fields)


class Watched:
    """What `subscribe` makes of a publisher that goes on saying the same, until it is to say something else."""

    def __init__(self, publisher: "zmq.Socket[bytes]") -> None:
        self._publisher, self.says, self.told = publisher, body(GOOD), list[str]()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._publish)
        port = publisher.bind_to_random_port("tcp://127.0.0.1")
        self.lines = map(json.loads, json_lines(f"tcp://127.0.0.1:{port}", "", None, self.told.append))

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def _publish(self) -> None:
        while not self._done.wait(0.02):
            if self.says:
                self._publisher.send_multipart([b"status.x", self.says])

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.mark.parametrize("then", [b"", b"\xff", body({"type": "progress"})], ids=["nothing", "junk", "half a status"])
def test_where_messages_break_off_the_last_status_comes_again_as_stale(
    publisher: "zmq.Socket[bytes]", then: bytes
) -> None:
    with Watched(publisher) as watched:
        assert next(watched.lines) == GOOD
        watched.says = then
        stale = next(line for line in watched.lines if line != GOOD)
    assert stale == GOOD | {"state": "stale", "density_pct": None}
    assert "The last value is a second old" in watched.told[-1]
    assert any("1 message dropped so far" in each for each in watched.told) == bool(then)


def test_a_value_that_came_old_is_stale_the_sooner(publisher: "zmq.Socket[bytes]") -> None:
    with Watched(publisher) as watched:
        watched.says = body(GOOD | {"age_ms": 800.0})
        assert next(watched.lines)["state"] == "good"
        watched.says = b""
        since_s = time.monotonic()
        assert next(line for line in watched.lines if line["state"] == "stale")["density_pct"] is None
    assert time.monotonic() - since_s < 0.6


@pytest.mark.parametrize(
    "other",
    [
        {"density_pct": float("nan")},
        {"density_pct": "4.2"},
        {"quality_reasons": 3},
        {"type": "stop"},
        {"v": 2},
        {"newer": float("inf")},
    ],
    ids=str,
)
def test_what_is_no_message_is_dropped_and_counted(publisher: "zmq.Socket[bytes]", other: dict[str, object]) -> None:
    with Watched(publisher) as watched:
        watched.says = body(GOOD | other)
        threading.Timer(0.3, setattr, (watched, "says", body(GOOD))).start()
        assert next(watched.lines) == GOOD
    assert "dropped so far" in watched.told[0]


def test_keys_of_a_newer_publisher_are_printed(publisher: "zmq.Socket[bytes]") -> None:
    with Watched(publisher) as watched:
        watched.says = body(GOOD | {"newer": [1, {"a": "b"}]})
        assert next(watched.lines)["newer"] == [1, {"a": "b"}]


def test_a_publisher_that_makes_memory_grow_ends_it() -> None:
    """One message of ever more parts, from a publisher that speaks ZMTP 3.0."""
    ready = b"\x05READY\x0bSocket-Type\0\0\0\x03PUB"

    def publish() -> None:
        peer, _ = listening.accept()
        with contextlib.suppress(ConnectionError), peer:
            peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\0NULL" + bytes(48))
            answer = peer.makefile("rb")
            answer.read(64)
            peer.sendall(bytes([4, len(ready)]) + ready)
            answer.read(2)
            peer.sendall(b"\x01\x09reading.x")
            while True:
                peer.sendall(b"\x03" + (200_000).to_bytes(8, "big") + bytes(200_000))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        hostile = threading.Thread(target=publish)
        hostile.start()
        with pytest.raises(WireError, match="fills memory"):
            next(json_lines(f"tcp://127.0.0.1:{listening.getsockname()[1]}", "", None, say))
        hostile.join()

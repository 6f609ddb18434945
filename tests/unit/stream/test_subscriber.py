"""Who waits for readings in vain is told why. Real sockets."""

import json
import threading
from collections.abc import Iterator

import msgspec
import pytest
import zmq

from stream.subscriber import Credentials, json_lines
from stream.transport import new_keys


class ToldError(Exception):
    """What was said."""


def say(sentence: str) -> None:
    raise ToldError(sentence)


@pytest.fixture
def publisher() -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.PUB) as socket:
        yield socket


def test_where_nobody_is_that_is_said(publisher: "zmq.Socket[bytes]") -> None:
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    publisher.unbind(f"tcp://127.0.0.1:{port}")
    with pytest.raises(ToldError, match="Nothing answers"):
        next(json_lines(f"tcp://127.0.0.1:{port}", "", None, say, 0.2))


@pytest.mark.parametrize("keyed", [False, True], ids=["without a key", "with another machine's key"])
def test_who_is_not_let_in_is_told(publisher: "zmq.Socket[bytes]", keyed: bool) -> None:
    publisher.setsockopt(zmq.CURVE_SERVER, 1)
    publisher.setsockopt(zmq.CURVE_SECRETKEY, new_keys().secret)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    credentials = Credentials(new_keys(), new_keys().public) if keyed else None
    with pytest.raises(ToldError, match=r"does not let this machine in.*--key"):
        next(json_lines(f"tcp://127.0.0.1:{port}", "", credentials, say, 0.5))


def test_who_is_let_in_is_told_nothing(publisher: "zmq.Socket[bytes]") -> None:
    """Also where the first reading comes later than the patience lasts."""
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    lines: list[str] = []
    reader = threading.Thread(
        target=lambda: lines.append(next(json_lines(f"tcp://127.0.0.1:{port}", "", None, say, 0.5))), daemon=True
    )
    reader.start()
    reader.join(0.7)
    while reader.is_alive():
        publisher.send_multipart([b"reading.x", msgspec.msgpack.encode({"v": 1})])
        reader.join(0.05)
    assert lines == ['{"v": 1}']


def test_where_messages_break_off_the_last_status_comes_again_as_stale(publisher: "zmq.Socket[bytes]") -> None:
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    told: list[str] = []
    lines = json_lines(f"tcp://127.0.0.1:{port}", "", None, told.append)
    status = {"type": "progress", "state": "good", "density_pct": 4.2}
    done = threading.Event()

    def publish() -> None:
        while not done.wait(0.05):
            publisher.send_multipart([b"status.x", msgspec.msgpack.encode(status)])

    publishing = threading.Thread(target=publish)
    publishing.start()
    assert json.loads(next(lines)) == status
    done.set()
    publishing.join()
    stale = next(line for line in map(json.loads, lines) if line != status)
    assert stale == status | {"state": "stale", "density_pct": None}
    assert told == ["Nothing came for a second: the last value is no longer current."]

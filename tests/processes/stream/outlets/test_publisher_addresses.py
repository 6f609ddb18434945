"""Subscribers are served on the addresses of this machine, IPv6 too; the true reason is told if one cannot be had."""

import pytest
import zmq

from stream.errors import OutputError
from stream.outlets.zmq_publisher import Publisher
from stream.security.endpoints import connect
from tests.doubles.readings import reading
from tests.running import eventually


@pytest.mark.parametrize(
    "endpoint", ["tcp://[::1]:*", "tcp://127.3.2.1:*", "tcp://localhost:*", "tcp://[::ffff:127.0.0.1]:*"]
)
def test_a_reading_arrives_on_any_address_of_this_machine(endpoint: str) -> None:
    publisher = Publisher(endpoint)
    context = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    try:
        connect(socket, publisher.endpoint)
        socket.subscribe(b"")

        def arrived() -> bool:
            publisher.look()
            publisher.send(reading(0))
            return bool(socket.poll(20))

        eventually(arrived, "a reading")
    finally:
        socket.close()
        context.term()
        publisher.close()


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("tcp://[2001:db8::1]:5571", "this machine has no such address"),
        ("tcp://192.0.2.1:5571", "this machine has no such address"),
        ("tcp://nobody.invalid:5571", "this machine has no such address"),
    ],
)
def test_an_address_of_another_machine_is_called_that(endpoint: str, reason: str) -> None:
    with pytest.raises(OutputError, match=reason):
        Publisher(endpoint)


def test_a_port_in_use_is_called_that() -> None:
    first = Publisher("tcp://[::1]:*")
    try:
        with pytest.raises(OutputError, match="in use by another program"):
            Publisher(first.endpoint)
    finally:
        first.close()

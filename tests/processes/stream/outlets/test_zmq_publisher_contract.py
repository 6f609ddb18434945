"""The socket for subscribers is an outlet like any other, as far as a PUB socket can know."""

import contextlib
import socket
from collections.abc import Iterator

import msgpack
import pytest
import zmq

from stream.outlets.outlet import Outlet, QueuedOutlet
from stream.outlets.zmq_publisher import Publisher
from tests.contracts.outlet_contract import OutletContract
from tests.doubles.readings import reading
from tests.running import eventually

BEFORE = 1_000_000  # seq of the readings that only show that the subscription has arrived


class TestPublisher(OutletContract):
    SEES_WHAT_IS_MISSED = False

    @pytest.fixture(autouse=True)
    def opened(self) -> Iterator[None]:
        with contextlib.ExitStack() as self.opened_here:
            yield

    def open(self) -> Outlet:
        publisher = Publisher("tcp://127.0.0.1:*")
        outlet = QueuedOutlet("publish", publisher, publisher.look)
        self.subscriber = self.opened_here.enter_context(zmq.Context()).socket(zmq.SUB)
        self.opened_here.callback(self.subscriber.close, linger=0)
        self.subscriber.setsockopt_string(zmq.SUBSCRIBE, "reading.")
        self.subscriber.connect(publisher.endpoint)
        self.seqs: list[int] = []

        def arrives() -> bool:
            outlet.tell(reading(BEFORE))
            return bool(self.subscriber.poll(20))

        eventually(arrives, "the subscription has arrived")
        return outlet

    def received(self) -> list[int]:
        while self.subscriber.poll(50):
            self.seqs.append(msgpack.unpackb(self.subscriber.recv_multipart()[1])["seq"])
        return [seq for seq in self.seqs if seq != BEFORE]

    def open_dead(self) -> Outlet:
        publisher = Publisher("tcp://127.0.0.1:*")
        peer = socket.create_connection(("127.0.0.1", int(publisher.endpoint.rpartition(":")[2])))
        self.opened_here.enter_context(peer)  # it connects, and then neither speaks nor reads
        return QueuedOutlet("publish", publisher, publisher.look)

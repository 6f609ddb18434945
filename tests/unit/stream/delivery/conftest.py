"""A session, a receiver, and what delivers the one to the other."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.delivery.delivery import Delivery
from stream.delivery.outlet_table import DeliverySettings
from tests.doubles.outgoing_session import OutgoingSession
from tests.doubles.outlet_receiver import Receiver

Open = Callable[..., Delivery]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[OutgoingSession]:
    session = OutgoingSession(tmp_path / "one")
    yield session
    session.close()


@pytest.fixture
def start(receiver: Receiver) -> Iterator[Open]:
    opened = []

    def begin(*folders: Path, **settings: Any) -> Delivery:
        delivery = Delivery("o", receiver, DeliverySettings(**settings), folders)
        opened.append(delivery)
        return delivery

    yield begin
    for delivery in opened:
        delivery.close()

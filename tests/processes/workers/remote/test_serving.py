"""Who may ask a worker on another machine."""

import time
from pathlib import Path

import pytest

from stream.security.events import SecurityEvents
from stream.security.key_pair import new_keys
from stream.security.keyring import Keyring
from stream.transport.remote import RemoteWorkerClient, RemoteWorkerLostError, RemoteWorkerServer


def test_only_an_allowed_key_is_answered(tmp_path: Path) -> None:
    ring, events = Keyring(tmp_path), SecurityEvents()
    own, friend = ring.make(), new_keys()
    ring.allow(friend.public.hex(), "near")
    side = RemoteWorkerServer("tcp://127.0.0.1:*", ring, events, 1000)
    until = time.monotonic() + 20
    stranger = RemoteWorkerClient(side.address, new_keys(), own.public)
    with pytest.raises(RemoteWorkerLostError):
        stranger.ask([b"hello"], lambda: time.monotonic() < until)
    stranger.close()
    assert events.refused == 1
    allowed = RemoteWorkerClient(side.address, friend, own.public)
    assert allowed.ask([b"hello"], lambda: not side.receive(0)) is None
    side.answer(b"")
    allowed.close()
    side.close()

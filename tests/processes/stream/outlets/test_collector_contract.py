"""What a run tells the command that began it, and several others, is an outlet like any other."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.config.source_place import SourcePlace
from stream.outlets.collector import CollectorSender
from stream.outlets.outlet import Outlet, QueuedOutlet
from stream.protocol.readings import DensityReading
from stream.security.key_pair import new_keys
from stream.transport.sockets import Inbox, new_context
from tests.contracts.outlet_contract import OutletContract


class TestCollectorSender(OutletContract):
    @pytest.fixture(autouse=True, params=[False, True], ids=["here", "portable"])
    def opened(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
        keys = new_keys() if request.param else None
        with contextlib.ExitStack() as opened:
            context = new_context()
            opened.callback(context.term)
            self.inbox = Inbox(context, tmp_path, "collector", request.param, keys)
            opened.callback(self.inbox.close)
            self.seqs: list[int] = []
            self.keys = None if keys is None else (keys.public, keys.secret)
            yield

    def open(self) -> Outlet:
        return QueuedOutlet("collector", CollectorSender(SourcePlace(1, self.inbox.endpoint, self.keys)))

    def received(self) -> list[int]:
        self.inbox.wait(50)
        self.seqs += [message.seq for message in self.inbox.drain() if isinstance(message, DensityReading)]
        return self.seqs

    def open_dead(self) -> Outlet:
        return QueuedOutlet("collector", CollectorSender(SourcePlace(1, f"ipc://{self.folder}/nobody")))

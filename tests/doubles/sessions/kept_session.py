"""A session that is kept while it is shown, without processes: store, bedside and feed, which the test drives."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from stream.bedside.requests import Bedside
from stream.config.sections import AlarmsConfig
from stream.machine.clock import Clock, steady_utc
from stream.protocol.bedside import Answer, EndSession, KeepRecording, KeepSession
from stream.protocol.outlets import SignalFound, SignalSamples
from stream.protocol.processes import Hello, PeerUp
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import RunState
from stream.session.archive import Archive
from stream.session.journal import Journal
from stream.session.signals.stored import Signals
from stream.session.store import FILE_NAME, Store
from stream.view.live.feed import Feed
from stream.view.live.request_broker import SCALE_STAYS, KeepScale, PageRequest

Result = TypeVar("Result")


class KeptSession:
    """A sink for readings and a broker for requests. One thread owns the file, as a process would."""

    def __init__(
        self, folder: Path, feed: Feed, limits: AlarmsConfig | None = None, clock: Clock | None = None
    ) -> None:
        self.feed = feed
        self.path = folder / FILE_NAME
        self.wishes: list[PageRequest] = []
        """What pages asked of the session as a whole; nothing is done about it."""
        self._owner = ThreadPoolExecutor(1)
        self._store = self._do(lambda: Store(self.path))
        self._do(lambda: self._store.set_facts(session=feed.info.session, source=feed.info.source, mode=feed.info.mode))
        self._bedside = self._do(
            lambda: Bedside(
                Journal(self._store, feed.info.session, feed.info.source),
                feed.info.session,
                limits or AlarmsConfig(),
                clock or steady_utc(),
                watching=feed.info.mode != "replay",
            )
        )
        self._do(self._show)
        self.archive = Archive(self.path)

    def meet(self, model_id: str, transfer: str) -> None:
        """Keep and show what a worker says of its model when it is there."""

        def take() -> None:
            self._store.set_facts(model_id=model_id, transfer=transfer)
            self._store.commit()
            hello = Hello(
                role="worker", index=0, incarnation=0, endpoint="inproc://worker", pid=1, detail=model_id,
                transfer=transfer,
            )  # fmt: skip
            self.feed.receive(PeerUp(peer=hello))

        self._do(take)

    def learn(self, **facts: str) -> None:
        """Keep facts of the session."""

        def take() -> None:
            self._store.set_facts(**facts)
            self._store.commit()

        self._do(take)

    def record(self, *messages: SignalFound | SignalSamples) -> None:
        """Keep what signals of other devices were."""

        def take() -> None:
            signals = Signals(self._store)
            for message in messages:
                signals.take(message)
            self._store.commit()

        self._do(take)

    def see(self, reading: DensityReading) -> None:
        """Keep, judge and show a reading."""

        def take() -> None:
            self._store.add(reading)
            self._bedside.take_reading(reading)
            self._store.commit()
            self.feed.receive(reading)
            self._show()

        self._do(take)

    def stand(self, state: RunState, **fields: Any) -> None:
        """Say how the run stands."""
        info = self.feed.info
        progress = RunStatus(session=info.session, source=info.source, mode="live", state=state, **fields)

        def tell() -> None:
            self._bedside.take_status(progress, None)
            self._store.commit()
            self.feed.receive(progress)
            self._show()

        self._do(tell)

    def ask(self, request: PageRequest) -> Answer:
        """Carry out what a page asks for."""
        if isinstance(request, KeepScale):
            return Answer(request=request.request, error=SCALE_STAYS, status=409)
        if isinstance(request, EndSession | KeepSession | KeepRecording):
            self.wishes.append(request)
            return Answer(request=request.request)

        def carry_out() -> Answer:
            self._bedside.handle(request)
            self._store.commit()
            told = self._bedside.take_messages()
            for message in told:
                self.feed.receive(message)
            return next(message for message in told if isinstance(message, Answer))

        return self._do(carry_out)

    def close(self) -> None:
        """End the session and free its file."""
        self._do(self._store.close)
        self._owner.shutdown()

    def _show(self) -> None:
        for message in (*self._bedside.current_state(), *self._bedside.take_messages()):
            self.feed.receive(message)

    def _do(self, work: Callable[[], Result]) -> Result:
        return self._owner.submit(work).result()

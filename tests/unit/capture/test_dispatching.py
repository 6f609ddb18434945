"""Frames go to workers with a credit and come back from dead ones; the sink hears of each that gets no reading."""

from dataclasses import dataclass, field

import pytest

from capture.clock import CaptureTime
from capture.dispatching import Dispatcher
from capture.grabber import Grabbed
from capture.ledger import Ledger, Policy
from capture.pacing import PictureRate
from stream.protocol.contracts import Grab
from stream.protocol.frames import Committed, Done, Drop, FrameHeader, Looking
from stream.protocol.processes import Hello, PeerDown, PeerUp
from stream.protocol.readings import DensityReading
from stream.protocol.types import Message, Role


@dataclass
class Peers:
    """What was sent; `sink_takes` is False while the sink's socket is full."""

    headers: list[tuple[int, FrameHeader]] = field(default_factory=list)
    to_sink: list[Message] = field(default_factory=list)
    sink_takes: bool = True

    def __call__(self, role: Role, message: Message, index: int = 0) -> bool:
        if role == "worker":
            assert isinstance(message, FrameHeader)
            self.headers.append((index, message))
            return True
        if self.sink_takes:
            self.to_sink.append(message)
        return self.sink_takes

    @property
    def sent(self) -> list[tuple[int, int, int]]:
        """(worker, seq, attempt) of every header."""
        return [(index, header.seq, header.attempt) for index, header in self.headers]


class Run:
    """A dispatcher whose sink has reported, with workers that are up."""

    def __init__(self, policy: Policy = "complete", workers: int = 1, deaths_allowed: int = 2) -> None:
        self.peers = Peers()
        credit = 2 if policy == "complete" else 1
        self.dispatcher = Dispatcher(
            Ledger(slots=8, credit=credit, policy=policy, deaths_allowed=deaths_allowed),
            PictureRate(10.0),
            self.peers,
            session="s",
            incarnation=0,
            frame_deadline_s=10.0,
            scale_of=lambda width_px: 1.27 if width_px == 64 else None,
        )
        for index in range(workers):
            self.worker_up(index)
        self.committed(0)

    def worker_up(self, index: int, incarnation: int = 0) -> None:
        hello = Hello(role="worker", index=index, incarnation=incarnation, endpoint="e", pid=1)
        self.dispatcher.handle(PeerUp(peer=hello), 0.0)

    def worker_down(self, index: int, incarnation: int = 0) -> None:
        self.dispatcher.handle(PeerDown(role="worker", index=index, incarnation=incarnation), 0.0)

    def committed(self, next_seq: int, sink: int = 0) -> None:
        self.dispatcher.committed(Committed(next_seq=next_seq, sink=sink))

    def done(self, worker: int, seq: int, attempt: int = 1, capture: int = 0) -> None:
        message = Done(worker=worker, incarnation=0, seq=seq, attempt=attempt, capture=capture)
        self.dispatcher.handle(message, 1.0)

    def frames(self, *seqs: int, unreadable: str = "", now_s: float = 0.0) -> None:
        for seq in seqs:
            slot = self.dispatcher.take_slot()
            assert slot is not None
            self.dispatcher.captured(seq, grabbed(seq, slot, unreadable), "microscope")
        self.turn(now_s)

    def turn(self, now_s: float = 0.0) -> None:
        self.dispatcher.carry_out(now_s, "clip")


def grabbed(seq: int, slot: int, unreadable: str = "") -> Grabbed:
    return Grabbed("ring", slot, 2, Grab(seq, str(seq), seq / 30, 64, 48), CaptureTime(1, 1), None, unreadable)


def test_a_worker_gets_as_many_frames_as_it_has_credit_and_the_next_with_its_credit() -> None:
    run = Run()
    run.frames(0, 1, 2)
    assert run.peers.sent == [(0, 0, 1), (0, 1, 1)]
    run.done(0, 0)
    run.turn()
    assert run.peers.sent[2:] == [(0, 2, 1)]


def test_the_credit_of_an_earlier_incarnations_frame_counts_for_nothing() -> None:
    run = Run("fresh")
    run.frames(0)
    run.done(0, 0, capture=1)
    run.frames(1)
    assert run.peers.sent == [(0, 0, 1)], "the worker is still at this incarnation's frame 0"


def test_the_frames_of_a_dead_worker_go_to_another_one_as_a_second_attempt() -> None:
    run = Run(workers=2)
    run.frames(0, 1, 2, 3)
    run.worker_down(0)
    run.turn()
    assert sorted(run.peers.sent[4:]) == [(1, 0, 2), (1, 2, 2)]


def test_a_frame_that_kills_every_worker_ends_as_a_failed_reading() -> None:
    run = Run(deaths_allowed=2)
    run.frames(0)
    for incarnation in range(2):
        run.worker_down(0, incarnation)
        run.worker_up(0, incarnation + 1)
        run.turn()
    (failed,) = run.peers.to_sink
    assert isinstance(failed, DensityReading)
    assert (failed.seq, failed.status, failed.source, failed.session) == (0, "failed", "clip", "s")
    assert "died 2 times" in failed.error


def test_a_frame_that_cannot_be_read_goes_to_no_worker() -> None:
    run = Run()
    run.frames(0, unreadable="the file is damaged")
    (failed,) = run.peers.to_sink
    assert isinstance(failed, DensityReading)
    assert failed.error == "the file is damaged"
    assert run.peers.sent == []


def test_live_the_newest_frame_wins_and_the_others_are_counted() -> None:
    run = Run("fresh")
    run.frames(0)
    run.frames(1, 2, 3)
    assert run.peers.to_sink == [Drop(seq=1, cause="overload"), Drop(seq=2, cause="overload")]
    run.done(0, 0)
    run.turn()
    assert run.peers.sent == [(0, 0, 1), (0, 3, 1)]


def test_what_the_sink_could_not_take_is_sent_again_and_in_order() -> None:
    run = Run("fresh")
    run.dispatcher.died_with_capture(range(2))
    run.peers.sink_takes = False
    run.turn()
    assert run.peers.to_sink == []
    assert run.dispatcher.settled(2) == 0, "nothing below is settled while the sink has not heard of it"
    run.peers.sink_takes = True
    run.turn()
    assert run.peers.to_sink == [Drop(seq=0, cause="restart"), Drop(seq=1, cause="restart")]
    assert run.dispatcher.settled(2) == 2


def test_what_is_settled_ends_at_the_first_frame_that_is_not_on_disk() -> None:
    run = Run()
    run.frames(0, 1, 2)
    run.done(0, 0)
    assert run.dispatcher.settled(3) == 0
    run.committed(2)
    assert run.dispatcher.settled(3) == 2


def test_a_worker_is_overdue_after_its_deadline() -> None:
    run = Run()
    run.frames(0, now_s=5.0)
    assert run.dispatcher.overdue_in_s(6.0) == pytest.approx(9.0)
    assert run.dispatcher.overdue(14.9) == []
    (overdue,) = run.dispatcher.overdue(15.1)
    assert (overdue.worker, overdue.incarnation, overdue.seq) == (0, 0, 0)


def test_a_machine_that_stood_still_blames_no_worker() -> None:
    run = Run()
    run.frames(0, now_s=0.0)
    for now_s in (0.0, 0.1, 60.1):
        run.dispatcher.forgive_suspension(now_s)
    assert run.dispatcher.overdue(60.2) == []
    assert run.dispatcher.overdue(70.2) != []


def test_pictures_are_asked_for_while_the_page_is_looked_at() -> None:
    run = Run(workers=4)
    run.frames(0)
    run.dispatcher.handle(Looking(viewers=1), 0.0)
    for seq in range(1, 5):
        run.frames(seq, now_s=seq / 30)
    run.dispatcher.handle(PeerDown(role="view", index=0, incarnation=0), 0.0)
    run.frames(5, now_s=9.0)
    assert [header.picture for _, header in run.peers.headers] == [False, True, False, True, False, False]

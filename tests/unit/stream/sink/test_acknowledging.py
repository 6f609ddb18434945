"""Commit reports go to capture and the workers after a change, to a new capture, and after the death of a worker."""

from stream.protocol.frames import Committed
from stream.protocol.types import Message, Role
from stream.readings.ordering import Sequencer
from stream.sink.acknowledging import Acknowledgements

INCARNATION = 3


class Peers:
    """Capture and workers, of which capture may take nothing for a while."""

    def __init__(self) -> None:
        self.sequencer: Sequencer[str] = Sequencer()
        self.acknowledgements = Acknowledgements(self.sequencer, INCARNATION, self.send)
        self.capture_takes = True
        self.told: list[tuple[Role, int, Committed]] = []

    def send(self, role: Role, message: Message, index: int = 0) -> bool:
        assert isinstance(message, Committed)
        if role == "capture" and not self.capture_takes:
            return False
        self.told.append((role, index, message))
        return True

    def arrive(self, *seqs: int) -> None:
        for seq in seqs:
            self.sequencer.offer(seq, f"reading {seq}", 0.0)
        list(self.sequencer.release(0.0))

    def report(self, *workers: int) -> list[tuple[Role, int, Committed]]:
        """Return the reports that are sent now."""
        self.told = []
        self.acknowledgements.report(workers)
        return self.told


def committed(next_seq: int, *beyond: int, after_death_of: tuple[int, int] | None = None) -> Committed:
    return Committed(next_seq=next_seq, sink=INCARNATION, beyond=beyond, after_death_of=after_death_of)


def test_capture_and_every_worker_are_told_once_how_far_the_session_is() -> None:
    peers = Peers()
    peers.arrive(0, 1, 3)
    expected = committed(2, 3)
    assert peers.report(0, 1) == [("worker", 0, expected), ("worker", 1, expected), ("capture", 0, expected)]
    assert peers.report(0, 1) == []
    peers.arrive(2)
    assert peers.report(0) == [("capture", 0, committed(4))]


def test_workers_are_told_again_after_a_number_of_readings_for_they_only_free_memory() -> None:
    peers = Peers()
    told = []
    for seq in range(40):
        peers.arrive(seq)
        told += [report.next_seq for role, _, report in peers.report(0) if role == "worker"]
    assert told == [1, 17, 33]


def test_a_new_capture_is_told_although_nothing_has_changed() -> None:
    peers = Peers()
    peers.arrive(0)
    peers.report()
    peers.acknowledgements.meet_capture()
    assert peers.report() == [("capture", 0, committed(1))]


def test_what_capture_does_not_take_now_is_told_later() -> None:
    peers = Peers()
    peers.arrive(0)
    peers.acknowledgements.lose_worker(1, 0)
    peers.capture_takes = False
    assert peers.report() == []
    peers.capture_takes = True
    assert peers.report() == [("capture", 0, committed(1)), ("capture", 0, committed(1, after_death_of=(1, 0)))]
    assert peers.report() == []


def test_the_death_of_a_worker_is_told_with_what_the_sink_has_of_its_frames() -> None:
    peers = Peers()
    peers.report()
    peers.arrive(4)
    peers.acknowledgements.lose_worker(1, 7)
    assert peers.report() == [("capture", 0, committed(0, 4, after_death_of=(1, 7)))]


def test_deaths_are_told_in_their_order_and_not_to_a_capture_that_never_met_those_workers() -> None:
    peers = Peers()
    peers.report()
    for worker in (0, 1):
        peers.acknowledgements.lose_worker(worker, 0)
    assert [told.after_death_of for _, _, told in peers.report()] == [(0, 0), (1, 0)]
    peers.acknowledgements.lose_worker(0, 1)
    peers.acknowledgements.lose_capture()
    peers.acknowledgements.meet_capture()
    assert peers.report() == [("capture", 0, committed(0))]

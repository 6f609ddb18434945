"""Every child learns of every other, of each once, and of each death."""

from typing import cast

from stream.protocol.processes import Hello, PeerDown, PeerUp, Stop
from stream.protocol.types import Message, Role
from stream.run.peers import Peers
from stream.transport.sockets import Outbox


class Recorder:
    """An outbox that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.closed = False

    def send(self, message: Message) -> bool:
        self.sent.append(message)
        return True

    def close(self, flush: bool = False) -> None:  # noqa: ARG002 (as an outbox has it)
        self.closed = True


def hello(role: Role, index: int = 0, incarnation: int = 0) -> Hello:
    endpoint = f"{role}-{index}-{incarnation}"
    return Hello(role=role, index=index, incarnation=incarnation, endpoint=endpoint, pid=1)


def connected() -> tuple[Peers, dict[str, Recorder]]:
    """Peers, and by address what each is sent."""
    made: dict[str, Recorder] = {}

    def connect(address: str) -> Outbox:
        return cast("Outbox", made.setdefault(address, Recorder()))

    return Peers(connect), made


def test_a_newcomer_and_the_others_learn_of_each_other() -> None:
    peers, made = connected()
    peers.introduce(hello("sink"))
    peers.introduce(hello("worker"))
    assert made["sink-0-0"].sent == [PeerUp(peer=hello("worker"))]
    assert made["worker-0-0"].sent == [PeerUp(peer=hello("sink"))]
    assert ("sink", 0) in peers
    assert ("view", 0) not in peers


def test_a_death_is_told_to_the_others_and_the_dead_are_sent_nothing_more() -> None:
    peers, made = connected()
    peers.introduce(hello("sink"))
    peers.introduce(hello("worker", 1))
    peers.remove(("worker", 1), 0)
    peers.tell_all(Stop())
    assert made["sink-0-0"].sent[1:] == [PeerDown(role="worker", index=1, incarnation=0), Stop()]
    assert made["worker-1-0"].closed
    assert Stop() not in made["worker-1-0"].sent


def test_a_successor_takes_the_place_of_the_one_before() -> None:
    peers, made = connected()
    peers.introduce(hello("sink"))
    peers.introduce(hello("capture"))
    peers.introduce(hello("capture", incarnation=1))
    assert made["capture-0-0"].closed
    assert made["capture-0-1"].sent == [PeerUp(peer=hello("sink"))]
    peers.tell("capture", Stop())
    peers.tell("view", Stop())
    assert made["capture-0-1"].sent[-1] == Stop()


def test_closing_closes_the_way_to_every_peer() -> None:
    peers, made = connected()
    for role in ("sink", "capture"):
        peers.introduce(hello(role))
    peers.close()
    assert all(recorder.closed for recorder in made.values())
    assert ("sink", 0) not in peers

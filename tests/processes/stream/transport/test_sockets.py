"""Messages arrive, in order and whole; what is no message is counted and disturbs nobody."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgpack
import pytest
import zmq

from stream.errors import OutputError
from stream.protocol.frames import Drop, Looking, RingReady
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Stop
from stream.protocol.wire import MAX_MESSAGE_BYTES
from stream.security.key_pair import new_keys
from stream.transport.sockets import Inbox, Outbox, new_context

SECONDS = 20

Context = zmq.Context[zmq.Socket[bytes]]


@pytest.fixture
def context() -> Iterator[Context]:
    context = new_context()
    yield context
    context.destroy(linger=0)


@pytest.fixture(params=[False, True], ids=["linux", "portable"])
def inbox(request: pytest.FixtureRequest, context: Context, tmp_path: Path) -> Iterator[Inbox]:
    inbox = Inbox(context, tmp_path, "sink-0", request.param)
    yield inbox
    inbox.close()


def received(inbox: Inbox, count: int) -> list[AnyMessage]:
    messages: list[AnyMessage] = []
    deadline = time.monotonic() + SECONDS
    while len(messages) < count and time.monotonic() < deadline:
        message = inbox.receive(100)
        if message is not None:
            messages.append(message)
    return messages


def until(condition: Callable[[], bool], turn: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        turn()


def test_one_sender_is_heard_in_its_order(context: Context, inbox: Inbox) -> None:
    outbox = Outbox(context, inbox.endpoint)
    for seq in range(200):
        assert outbox.send(Drop(seq=seq, cause="overload"))
    assert received(inbox, 200) == [Drop(seq=seq, cause="overload") for seq in range(200)]
    outbox.close()


def test_several_senders_are_all_heard(context: Context, inbox: Inbox) -> None:
    outboxes = [Outbox(context, inbox.endpoint) for _ in range(5)]
    for number, outbox in enumerate(outboxes):
        outbox.send(Looking(viewers=number))
    heard = received(inbox, 5)
    assert {message.viewers for message in heard if isinstance(message, Looking)} == set(range(5))
    for outbox in outboxes:
        outbox.close()


def test_nothing_comes_when_nothing_was_sent(inbox: Inbox) -> None:
    assert inbox.receive(0) is None
    assert list(inbox.drain()) == []


def test_drain_gives_all_that_is_there(context: Context, inbox: Inbox) -> None:
    outbox = Outbox(context, inbox.endpoint)
    for number in range(10):
        outbox.send(Looking(viewers=number))
    got: list[AnyMessage] = []

    def turn() -> None:
        inbox.wait(50)
        got.extend(inbox.drain())

    until(lambda: len(got) == 10, turn)
    outbox.close()


@pytest.mark.parametrize(
    "junk", [b"\xc1", b"{}", b"\x81", msgpack.packb({"v": 9, "type": "stop"}), b"\x91" * 900, bytes(1000)]
)
def test_what_is_no_message_is_counted_and_the_next_one_is_heard(context: Context, inbox: Inbox, junk: bytes) -> None:
    raw = context.socket(zmq.PUSH)
    raw.connect(inbox.endpoint)
    raw.send(junk)
    until(lambda: inbox.rejected == 1, lambda: inbox.receive(50))
    outbox = Outbox(context, inbox.endpoint)
    outbox.send(Stop())
    assert received(inbox, 1) == [Stop()]
    outbox.close()
    raw.close(linger=0)


def test_junk_in_several_parts_disturbs_nobody(context: Context, inbox: Inbox) -> None:
    raw = context.socket(zmq.PUSH)
    raw.connect(inbox.endpoint)
    raw.send_multipart([b"a", b"", b"b"])
    until(lambda: inbox.rejected == 2, lambda: inbox.receive(50))
    raw.close(linger=0)


def test_a_message_longer_than_allowed_is_never_read(context: Context, inbox: Inbox) -> None:
    raw = context.socket(zmq.PUSH)
    raw.connect(inbox.endpoint)
    raw.send(bytes(MAX_MESSAGE_BYTES + 1))
    outbox = Outbox(context, inbox.endpoint)
    outbox.send(Stop())
    assert received(inbox, 1) == [Stop()]
    raw.close(linger=0)
    outbox.close()


def test_a_message_outside_the_schema_is_dropped_and_counted_by_its_reader(context: Context, inbox: Inbox) -> None:
    outbox = Outbox(context, inbox.endpoint)
    outbox.send(RingReady(ring="r" * 301))
    outbox.send(Stop())
    assert received(inbox, 1) == [Stop()]
    assert inbox.take_rejected() == 1
    outbox.close()


def test_a_reader_that_takes_nothing_never_blocks_its_sender(context: Context, tmp_path: Path) -> None:
    outbox = Outbox(context, f"ipc://{tmp_path / 'nobody'}")
    sent = 0
    while outbox.send(Stop()):
        sent += 1
        assert sent < 100_000, "a queue without end"
    assert sent >= 500
    outbox.close()


def test_what_was_queued_for_a_dead_process_dies_with_it(context: Context, tmp_path: Path) -> None:
    first = Inbox(context, tmp_path, "sink-0", portable=False)
    outbox = Outbox(context, first.endpoint)
    first.close()
    outbox.send(Stop())
    second = Inbox(context, tmp_path, "sink-1", portable=False)
    other = Outbox(context, second.endpoint)
    other.send(Looking(viewers=1))
    assert received(second, 1) == [Looking(viewers=1)]
    assert second.receive(0) is None
    for closing in (outbox, other, second):
        closing.close()


def test_another_thread_wakes_a_waiting_inbox(inbox: Inbox) -> None:
    woken = threading.Event()

    def wake() -> None:
        waker = inbox.waker()
        while not woken.is_set():
            waker.wake()
            woken.wait(0.01)
        waker.close()

    thread = threading.Thread(target=wake)
    thread.start()
    started = time.monotonic()
    assert inbox.receive(1000 * SECONDS) is None
    assert time.monotonic() - started < SECONDS
    woken.set()
    thread.join()
    assert inbox.rejected == 0, "being woken is no message"


def test_waking_never_blocks_even_when_nobody_looks(inbox: Inbox) -> None:
    waker = inbox.waker()
    for _ in range(5000):
        waker.wake()
    waker.close()


def test_an_inbox_says_which_descriptors_are_ready(inbox: Inbox) -> None:
    read, write = os.pipe()
    assert inbox.wait(0, [read]) == set()
    os.write(write, b"x")
    assert inbox.wait(1000 * SECONDS, [read]) == {read}
    assert inbox.wait(0) == set()
    os.close(read)
    os.close(write)


def test_a_folder_that_is_not_there_is_a_plain_error(context: Context, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot listen"):
        Inbox(context, tmp_path / "none", "sink-0", portable=False)


def test_last_words_leave_before_the_outbox_closes(context: Context, inbox: Inbox) -> None:
    outbox = Outbox(context, inbox.endpoint)
    outbox.send(Stop())
    outbox.close(flush=True)
    assert received(inbox, 1) == [Stop()]


def test_with_keys_only_who_has_them_is_heard(context: Context, tmp_path: Path) -> None:
    keys = new_keys()
    inbox = Inbox(context, tmp_path, "sink-0", True, keys)
    strangers = [Outbox(context, inbox.endpoint), Outbox(context, inbox.endpoint, new_keys())]
    friend = Outbox(context, inbox.endpoint, keys)
    for outbox in strangers:
        outbox.send(Looking(viewers=666))
    assert friend.send(Looking(viewers=1))
    assert received(inbox, 1) == [Looking(viewers=1)]
    assert inbox.receive(100) is None
    for outbox in (*strangers, friend):
        outbox.close()
    inbox.close()

"""Requests reach the sink, and answers the thread that asked; without a sink the wait ends."""

import threading
from collections.abc import Callable

import pytest

from stream.protocol.bedside import Answer, KeepMarker, SetLimits
from stream.protocol.types import Message
from stream.protocol.wire import encode
from stream.view.live import request_broker
from stream.view.live.request_broker import SinkBroker
from tests.running import eventually

WISH = KeepMarker(request=0, kind="bolus")


def ask_in_thread(broker: SinkBroker) -> "tuple[threading.Thread, list[Answer]]":
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(broker.ask(WISH)))
    thread.start()
    return thread, answers


def hand_over(broker: SinkBroker, tell: Callable[[Message], bool], woken: threading.Event) -> None:
    assert woken.wait(10)
    broker.send(tell)


def test_each_request_gets_its_own_answer() -> None:
    woken = threading.Event()
    broker = SinkBroker(woken.set)
    sent: list[Message] = []

    def tell(message: Message) -> bool:
        sent.append(message)
        return True

    waiting = [ask_in_thread(broker) for _ in range(3)]
    while len(sent) < 3:
        hand_over(broker, tell, woken)
    numbers = [message.request for message in sent if isinstance(message, KeepMarker)]
    assert len(set(numbers)) == 3
    for number in reversed(numbers):
        broker.answered(Answer(request=number, id=number))
    for thread, _ in waiting:
        thread.join(10)
    assert sorted(answers[0].id for _, answers in waiting) == sorted(numbers)
    broker.answered(Answer(request=numbers[0]))


def test_without_a_sink_the_answer_comes_at_once() -> None:
    woken = threading.Event()
    broker = SinkBroker(woken.set)
    thread, answers = ask_in_thread(broker)
    hand_over(broker, lambda _: False, woken)
    thread.join(10)
    assert (answers[0].status, answers[0].error) == (503, request_broker.SINK_AWAY)


def test_a_request_that_no_message_can_say_is_refused_and_those_after_it_are_sent() -> None:
    """Encoding it fails in the loop of the view's process, which goes on."""
    broker = SinkBroker(lambda: None)
    sent: list[Message] = []

    def tell(message: Message) -> bool:
        encode(message)
        sent.append(message)
        return True

    answers: list[Answer] = []
    unsayable = SetLimits(request=0, limits={"disk_free_mb": 2**64})
    threads = [threading.Thread(target=lambda ask=ask: answers.append(broker.ask(ask))) for ask in (unsayable, WISH)]
    for thread in threads:
        thread.start()

    def handed_over() -> bool:
        broker.send(tell)
        return bool(sent and answers)

    eventually(handed_over, "both are handed over")
    broker.answered(Answer(request=2))
    broker.answered(Answer(request=1))
    for thread in threads:
        thread.join(10)
    assert sorted(answer.status for answer in answers) == [200, 400]


def test_a_sink_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_broker, "ANSWER_TIMEOUT_S", 0.05)
    assert SinkBroker(lambda: None).ask(WISH).status == 503

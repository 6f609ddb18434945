"""What a webhook sends, what its receiver's answers mean, and what people are told if it does not arrive."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from stream.errors import ConfigError, OutputError, RefusedMessageError
from stream.outlets.webhook.webhook_sender import WebhookSender
from stream.protocol.bedside import AlarmEvent
from tests.doubles.cameras.encrypted import own_certificate, server_context
from tests.doubles.readings import START_NS, reading
from tests.doubles.web.webhook_receiver import SECRET, WebhookReceiver, verifier
from tests.running import free_port

Open = Callable[..., WebhookSender]

RAISED = AlarmEvent(
    session="session", source="s", event="raised", t_ns=START_NS, seq=4, id=1, kind="low", priority="high",
    state="sounding", value=3.5, limit=5.0,
)  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def connect() -> Iterator[Open]:
    with contextlib.ExitStack() as opened:

        def begin(receiver: WebhookReceiver, scheme: str = "http", **settings: Any) -> WebhookSender:
            url = f"{scheme}://127.0.0.1:{receiver.port}/hook?of=ward"
            sender = WebhookSender({"url": url, "secret": SECRET, "timeout_s": 5} | settings)
            return opened.enter_context(contextlib.closing(sender))

        yield begin


def test_an_alarm_is_posted_with_what_happened_and_when(receiver: WebhookReceiver, connect: Open) -> None:
    connect(receiver).send(RAISED)
    (document,) = receiver.documents
    assert (document["type"], document["timestamp"]) == ("alarm.raised", "2027-01-15T08:00:00.000000000Z")
    assert document["data"]["value"] == 3.5
    assert document["data"]["priority"] == "high"


def test_the_identifier_is_the_same_in_all_attempts_and_of_no_two_messages(
    receiver: WebhookReceiver, connect: Open
) -> None:
    sender = connect(receiver)
    receiver.answer = lambda: (500, {})
    for _ in range(2):
        with pytest.raises(OutputError, match=r"is in trouble \(500\)"):
            sender.send(RAISED)
    receiver.answer = lambda: (200, {})
    sender.send(RAISED)
    sender.send(reading(1))
    ids = [headers["webhook-id"] for headers, _ in receiver.attempts]
    assert len(set(ids[:3])) == 1
    assert ids[3] != ids[0]
    assert len(receiver.documents) == 2


def test_what_was_changed_or_is_old_or_of_another_key_is_not_verified(receiver: WebhookReceiver, connect: Open) -> None:
    connect(receiver).send(RAISED)
    ((headers, body),) = receiver.attempts
    verified, now_s = verifier(), time.time()
    assert verified(headers, body, SECRET, now_s) == json.loads(body)
    assert verified(headers, body.replace(b"3.5", b"9.5"), SECRET, now_s) is None
    assert verified(headers | {"webhook-id": "msg_other"}, body, SECRET, now_s) is None
    assert verified(headers, body, "whsec_" + "A" * 32, now_s) is None
    assert verified(headers, body, SECRET, now_s + 301) is None
    assert verified({}, body, SECRET, now_s) is None


@pytest.mark.parametrize("status", [413, 415, 422])
def test_what_is_refused_for_good_is_not_sent_again(receiver: WebhookReceiver, connect: Open, status: int) -> None:
    receiver.answer = lambda: (status, {})
    with pytest.raises(RefusedMessageError, match=f"for good: .* \\({status}\\)"):
        connect(receiver).send(RAISED)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 405, 408, 409, 410, 425, 429, 500, 503])
def test_what_may_be_taken_later_is_sent_again(receiver: WebhookReceiver, connect: Open, status: int) -> None:
    receiver.answer = lambda: (status, {"Location": "http://127.0.0.1:1/elsewhere"})
    with pytest.raises(OutputError, match=f"\\({status}\\)"):
        connect(receiver).send(RAISED)
    assert len(receiver.attempts) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["120", "a date"])
def test_a_pause_that_the_receiver_asks_for_is_kept(
    receiver: WebhookReceiver, connect: Open, status: int, said: str
) -> None:
    retry_after = said if said.isdigit() else formatdate(time.time() + 120, usegmt=True)
    receiver.answer = lambda: (status, {"Retry-After": retry_after})
    sender = connect(receiver)
    with pytest.raises(OutputError, match="is busy"):
        sender.send(RAISED)
    receiver.answer = lambda: (200, {})
    with pytest.raises(OutputError, match=r"is busy .*; it is not asked in the next 1[12][0-9] s"):
        sender.send(RAISED)
    assert len(receiver.attempts) == 1


def test_a_receiver_that_is_gone_is_asked_once_an_hour(receiver: WebhookReceiver, connect: Open) -> None:
    receiver.answer = lambda: (410, {})
    sender = connect(receiver)
    with pytest.raises(OutputError, match=r'\(410\): give the new one as "url", or remove the outlet$'):
        sender.send(RAISED)
    with pytest.raises(OutputError, match=r'give the new one as "url".*; it is not asked in the next 3[56][0-9]{2} s'):
        sender.send(RAISED)
    assert len(receiver.attempts) == 1


@pytest.mark.parametrize("status", [400, 401])
def test_with_a_wrong_secret_messages_wait_until_it_is_set_right(
    receiver: WebhookReceiver, connect: Open, status: int
) -> None:
    receiver.refusal = status
    sender = connect(receiver, secret="whsec_" + "A" * 32)
    with pytest.raises(OutputError, match=f'\\({status}\\): check "secret"'):
        sender.send(RAISED)
    connect(receiver).send(RAISED)
    assert len(receiver.documents) == 1


def test_the_check_tries_the_secret_too(receiver: WebhookReceiver, connect: Open) -> None:
    receiver.knows_options = True
    assert "lets this program in" in connect(receiver).check()
    with pytest.raises(OutputError, match=r'\(401\): check "secret"'):
        connect(receiver, secret="whsec_" + "A" * 32).check()
    assert receiver.documents == []


def test_what_exceeds_the_rate_waits(receiver: WebhookReceiver) -> None:
    waits: list[float] = []
    url = f"http://127.0.0.1:{receiver.port}/hook?of=ward"
    sender = WebhookSender({"url": url, "secret": SECRET, "at_most_per_minute": 2}, waits.append)
    for seq in range(3):
        sender.send(reading(seq))
    sender.close()
    assert waits[:2] == [0.0, 0.0]
    assert waits[2] == pytest.approx(60.0, abs=5.0)


def test_a_connection_that_the_receiver_ended_meanwhile_costs_no_failure(
    receiver: WebhookReceiver, connect: Open
) -> None:
    sender = connect(receiver)
    sender.send(reading(0))
    receiver.stop()
    receiver.start()
    sender.send(reading(1))
    assert [document["data"]["seq"] for document in receiver.documents] == [0, 1]


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: WebhookReceiver, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    connect(receiver).send(RAISED)
    assert len(receiver.documents) == 1


def test_in_tls_the_receiver_is_known_by_its_certificate(connect: Open, tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    receiver = WebhookReceiver(server_context(certificate, key))
    receiver.start()
    sender = connect(receiver, "https", ca=str(certificate))
    assert "TLS" in sender.check()
    sender.send(RAISED)
    assert len(receiver.documents) == 1
    assert "certificate of https://127.0.0.1" in refusal(connect(receiver, "https"))
    assert "check" in refusal(connect(receiver, "http"))
    receiver.stop()


def refusal(sender: WebhookSender) -> str:
    said = []
    for attempt in (sender.check, lambda: sender.send(RAISED)):
        with pytest.raises(OutputError) as caught:
            attempt()
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "\n" not in said[0]
    assert "of=ward" not in said[0]
    assert SECRET not in said[0]
    return said[0]


def test_a_port_that_speaks_something_else_is_said(connect: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = WebhookReceiver()
        receiver.port = listening.getsockname()[1]

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = listening.accept()
                    with peer:
                        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                        peer.recv(1000)

        thread = threading.Thread(target=answer)
        thread.start()
        assert "check the port" in refusal(connect(receiver))
        assert "check the port" in refusal(connect(receiver, "https"))
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_where_nothing_listens_is_said(connect: Open) -> None:
    receiver = WebhookReceiver()
    receiver.port = free_port()
    assert "nothing listens on" in refusal(connect(receiver))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"secret": "hunter2"}, "24 to 64 random bytes"),
        ({"secret": "whsec_c2hvcnQ="}, "24 to 64 random bytes"),
        ({"url": "http://alarms.example/hook"}, "must begin with https"),
        ({"url": "https://me:pw@alarms.example/"}, 'needs scheme, host and path as "url"'),
        ({"url": "ftp://alarms.example/"}, "url"),
    ],
)
def test_what_is_not_set_right_is_said_without_the_secret(settings: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        WebhookSender({"url": "https://alarms.example/hook", "secret": SECRET} | settings)
    assert "hunter2" not in str(caught.value)

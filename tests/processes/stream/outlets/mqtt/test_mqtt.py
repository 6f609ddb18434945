"""What a broker is told of a run, and what people are told if the broker does not take it."""

import contextlib
import json
import secrets
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.errors import OutputError
from stream.outlets.mqtt.mqtt_sender import MqttSender
from stream.protocol.bedside import Marker
from stream.protocol.readings import RunStatus
from stream.protocol.types import RunState
from tests.doubles.cameras.encrypted import own_certificate
from tests.doubles.mqtt.mosquitto import Mosquitto, Subscriber
from tests.doubles.readings import START_NS, reading
from tests.running import eventually, free_port

Open = Callable[..., MqttSender]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    with contextlib.ExitStack() as opened:

        def begin(*lines: str) -> Mosquitto:
            broker = Mosquitto(tmp_path, *lines)
            opened.callback(broker.stop)
            broker.start()
            return broker

        yield begin


@pytest.fixture
def broker(start: Callable[..., Mosquitto]) -> Mosquitto:
    return start()


@pytest.fixture
def subscriber(broker: Mosquitto) -> Iterator[Subscriber]:
    with contextlib.closing(Subscriber(broker.port)) as subscriber:
        yield subscriber


@pytest.fixture
def connect() -> Iterator[Open]:
    with contextlib.ExitStack() as opened:

        def begin(broker: Mosquitto, **settings: Any) -> MqttSender:
            sender = MqttSender({"host": "127.0.0.1", "port": broker.port, "timeout_s": 5} | settings)
            return opened.enter_context(contextlib.closing(sender))

        yield begin


def status(state: RunState = "good", source: str = "s") -> RunStatus:
    return RunStatus(session="session", source=source, mode="live", state=state, density_pct=12.5, quality="good")


def states(subscriber: Subscriber) -> list[str]:
    return [json.loads(payload)["state"] for payload in subscriber.payloads("/status")]


@contextlib.contextmanager
def later_subscriber(broker: Mosquitto) -> Iterator[Subscriber]:
    with contextlib.closing(Subscriber(broker.port, name=secrets.token_hex(4))) as subscriber:
        yield subscriber


def test_a_late_subscriber_gets_the_last_status_and_offline_once_the_program_is_gone(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    sender = connect(broker)
    sender.send(reading(0))
    sender.send(status("poor signal"))
    sender.send(status("good"))
    with later_subscriber(broker) as later:
        eventually(lambda: states(later) == ["good"], "the last one")
        assert later.payloads("/density") == []
    sender._abandon()  # as kill -9 does
    eventually(lambda: states(subscriber) == ["poor signal", "good", "offline"], "the last will")


def test_a_run_that_ends_in_order_is_ended_and_not_offline(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    sender = connect(broker)
    sender.send(status("ended"))
    sender.close()
    with later_subscriber(broker) as later:
        eventually(lambda: states(later) == ["ended"], "it is kept")
    assert states(subscriber) == ["ended"]


def test_two_sources_of_one_run_do_not_end_each_others_connections(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    senders = [connect(broker), connect(broker)]
    for seq in range(3):
        for sender, source in zip(senders, ("camera-0-1", "camera-1-2"), strict=True):
            sender.send(status(source=source))
            sender.send(reading(seq, source=source))
    eventually(lambda: len(subscriber.payloads("/density")) == 6, "all are there")
    assert "offline" not in states(subscriber)
    assert {message.topic for message in subscriber.messages} == {
        f"capillary/{source}/{kind}" for source in ("camera-0-1", "camera-1-2") for kind in ("density", "status")
    }


def test_what_an_earlier_session_still_has_makes_nobody_offline(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    sender = connect(broker)
    sender.send(reading(0, session="earlier"))
    sender._abandon()
    sender.send(reading(1, session="earlier"))
    eventually(lambda: len(subscriber.payloads("/density")) == 2, "both are there")
    assert states(subscriber) == []


def test_a_connection_that_was_lost_while_nothing_was_sent_costs_no_failure(
    broker: Mosquitto, connect: Open, subscriber: Subscriber
) -> None:
    sender = connect(broker)
    sender.send(reading(0))
    broker.stop()
    broker.start()
    eventually(lambda: sender._connection is not None and not sender._connection.is_alive, "it is lost")
    sender.send(reading(1))
    eventually(lambda: len(subscriber.payloads("/density")) == 2, "both are there")


def test_a_reading_expires_after_its_capture_and_a_status_while_the_run_lasts(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    sender = connect(broker, expires_s=5)
    sender.send(reading(0, t_capture_ns=START_NS - 10**18))
    sender.send(status())
    sender.send(status("ended"))
    eventually(lambda: len(subscriber.messages) == 3, "all are there")
    expiry = [getattr(one.properties, "MessageExpiryInterval", None) for one in subscriber.messages]
    assert expiry == [1, 60, None]


def test_the_text_of_a_marker_is_sent_only_if_it_is_asked_for(
    broker: Mosquitto, subscriber: Subscriber, connect: Open
) -> None:
    marker = Marker(
        session="session", source="s", change="set", t_changed_ns=1, id=1, kind="fluid", text="Mr X", seq=1, t_ns=1
    )
    connect(broker).send(marker)
    connect(broker, client_id="other", marker_text=True).send(marker)
    eventually(lambda: len(subscriber.messages) == 2, "both are there")
    silent, told = map(json.loads, subscriber.payloads("/marker"))
    assert "text" not in silent
    assert told["text"] == "Mr X"


def test_home_assistant_is_told_only_if_it_is_asked_for_and_forgets_it_again(broker: Mosquitto, connect: Open) -> None:
    connect(broker, client_id="other").send(status())
    with later_subscriber(broker) as later:
        eventually(lambda: states(later) == ["good"], "the status is there")
        assert later.payloads("/config") == []
    connect(broker, home_assistant=True).send(status())
    with later_subscriber(broker) as later:
        (payload,) = eventually(lambda: later.payloads("/config"), "it is kept")
        eventually(lambda: states(later) == ["good"], "and the status")
    told = json.loads(payload)
    assert told["state_topic"] == "capillary/s/status"
    assert set(told["components"]) == {"density", "quality", "state"}
    assert told["components"]["density"]["unit_of_measurement"] == "%"
    connect(broker, home_assistant=False).send(status())
    with later_subscriber(broker) as later:
        eventually(lambda: states(later) == ["good"], "the status is there")
        assert later.payloads("/config") == []


def test_a_topic_has_no_wildcard_of_a_source(broker: Mosquitto, subscriber: Subscriber, connect: Open) -> None:
    connect(broker, prefix="ward/7").send(reading(0, source="a/b#+"))
    eventually(lambda: [one.topic for one in subscriber.messages] == ["ward/7/a-b--/density"], "it is there")


# What is said if the broker does not take it


def refusal(sender: MqttSender) -> str:
    said = []
    for attempt in (sender.check, lambda: sender.send(reading(0))):
        with pytest.raises(OutputError) as caught:
            attempt()
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "\n" not in said[0]
    return said[0]


def test_a_wrong_password_is_said(start: Callable[..., Mosquitto], connect: Open, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "ward", "right"], check=True, capture_output=True)
    broker = start("allow_anonymous false", f"password_file {passwords}")
    assert "takes the connection" in connect(broker, user="ward", password="right").check()
    said = refusal(connect(broker, user="ward", password="wrong-one"))
    assert 'check "user" and "password"' in said
    assert "wrong-one" not in said


def test_what_the_user_may_not_publish_waits_and_is_said(
    start: Callable[..., Mosquitto], connect: Open, tmp_path: Path
) -> None:
    rights = tmp_path / "rights"
    rights.write_text("topic write capillary/+/status\n")
    sender = connect(start(f"acl_file {rights}"))
    sender.send(status())
    with pytest.raises(OutputError, match='does not allow that: check "user"'):
        sender.send(reading(0))


def test_a_certificate_of_another_authority_is_said(
    start: Callable[..., Mosquitto], connect: Open, tmp_path: Path
) -> None:
    certificate, key = own_certificate(tmp_path)
    broker = start(f"certfile {certificate}", f"keyfile {key}")
    assert "TLS" in connect(broker, ca=str(certificate)).check()
    assert "certificate of 127.0.0.1" in refusal(connect(broker, tls=True))
    assert "whether it asks for TLS" in refusal(connect(broker))


def test_a_broker_that_asks_for_a_certificate_gets_it(
    start: Callable[..., Mosquitto], connect: Open, tmp_path: Path
) -> None:
    certificate, key = own_certificate(tmp_path)
    files = {"ca": str(certificate), "certificate": str(certificate), "key": str(key)}
    broker = start(f"certfile {certificate}", f"keyfile {key}", f"cafile {certificate}", "require_certificate true")
    connect(broker, **files).send(reading(0))
    assert "certificate that it trusts" in refusal(connect(broker, ca=str(certificate)))


def test_a_port_that_speaks_something_else_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = listening.accept()
                    with peer:
                        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        peer.recv(1000)

        thread = threading.Thread(target=answer)
        thread.start()
        sender = MqttSender({"host": "127.0.0.1", "port": listening.getsockname()[1], "timeout_s": 2})
        assert "check the port" in refusal(sender)
        assert "check the port" in refusal(
            MqttSender({"host": "127.0.0.1", "port": listening.getsockname()[1], "timeout_s": 2, "tls": True})
        )
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_who_does_not_answer_and_where_nothing_listens_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_port = silent.getsockname()[1]
        assert "did not answer in time" in refusal(
            MqttSender({"host": "127.0.0.1", "port": silent_port, "timeout_s": 0.2})
        )
    assert "nothing listens on" in refusal(MqttSender({"host": "127.0.0.1", "port": free_port()}))
    assert "no address" in refusal(MqttSender({"host": "no-such-host.invalid"}))

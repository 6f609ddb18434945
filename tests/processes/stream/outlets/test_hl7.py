"""What an interface engine does wrong is one plain sentence, and the next message finds its own answer."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import hl7
import pytest

from stream.errors import ConfigError, OutputError
from stream.outlets.clinical.hl7.hl7_sender import Hl7Sender
from tests.doubles.cameras.encrypted import own_certificate, server_context
from tests.doubles.clinical.hl7_receiver import SILENCE, Hl7Receiver, accepted, framed
from tests.doubles.readings import reading


@pytest.fixture
def receiver() -> Iterator[Hl7Receiver]:
    receiver = Hl7Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


def sender(receiver: Hl7Receiver, **settings: Any) -> Hl7Sender:
    return Hl7Sender({"host": "localhost", "port": receiver.port, "timeout_s": 0.3} | settings)


def said(outlet: Hl7Sender) -> str:
    with closing(outlet):
        return outlet.check()


def another(_message: hl7.Message) -> bytes:
    return framed("MSH|^~\\&|||||20270115||ACK^R01^ACK|1|P|2.5.1\rMSA|AA|SOMETHING-ELSE\r")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (another, "acknowledged another message"),
        (lambda message: accepted(message)[:40], "in the middle of its answer"),
        (lambda _message: SILENCE, "did not answer in time"),
        (lambda _message: b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "does not speak MLLP"),
    ],
)
def test_a_wrong_answer_is_said_and_the_message_is_sent_again(receiver: Hl7Receiver, answer: Any, says: str) -> None:
    receiver.answer = answer
    outlet = sender(receiver)
    with pytest.raises(OutputError, match=says) as caught:
        outlet.send(reading(0))
    assert "\n" not in str(caught.value)
    receiver.answer = accepted
    outlet.send(reading(0))
    outlet.close()
    assert len(receiver.messages) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew_without_a_failure(receiver: Hl7Receiver) -> None:
    outlet = sender(receiver)
    outlet.send(reading(0))
    receiver.stop()
    receiver.start()
    outlet.send(reading(1))
    outlet.close()
    assert len(receiver.messages) == 2


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return own_certificate(tmp_path)


@pytest.fixture
def guarded(certificate: tuple[Path, Path]) -> Iterator[Hl7Receiver]:
    receiver = Hl7Receiver(server_context(*certificate))
    receiver.start()
    yield receiver
    receiver.stop()


def test_over_tls_messages_arrive(guarded: Hl7Receiver, certificate: tuple[Path, Path]) -> None:
    outlet = sender(guarded, ca=str(certificate[0]), timeout_s=5)
    assert "TLSv1.3" in said(sender(guarded, ca=str(certificate[0]), timeout_s=5))
    outlet.send(reading(0))
    outlet.send(reading(1))
    outlet.close()
    assert len(guarded.arrived) == 2


def test_wrong_certificates_are_one_sentence(
    guarded: Hl7Receiver, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=r"is not accepted .self-signed certificate"):
        said(sender(guarded, tls=True, timeout_s=5))
    with pytest.raises(OutputError, match="closed the connection"):
        sender(guarded, timeout_s=5).send(reading(0))
    with pytest.raises(ConfigError, match="no file"):
        sender(guarded, ca=str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match="no certificate in PEM form"):
        sender(guarded, ca=str(certificate[1]))
    with pytest.raises(ConfigError, match="no pair"):
        sender(guarded, certificate=str(certificate[1]))


def test_a_receiver_that_wants_a_certificate_gets_it_or_says_so(certificate: tuple[Path, Path]) -> None:
    context = server_context(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate[0])
    receiver = Hl7Receiver(context)
    receiver.start()
    ca, key = map(str, certificate)
    try:
        with pytest.raises(OutputError, match="certificate"):
            said(sender(receiver, ca=ca, timeout_s=5))
        outlet = sender(receiver, ca=ca, certificate=ca, key=key, timeout_s=5)
        outlet.send(reading(0))
        outlet.close()
    finally:
        receiver.stop()
    assert len(receiver.messages) == 1

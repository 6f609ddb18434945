"""What a FHIR server does wrong, or is set up wrong, is one plain sentence; what is sent again is made once."""

import email.utils
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stream.errors import ConfigError, OutputError, RefusedMessageError
from stream.outlets.clinical.fhir.fhir_sender import FhirSender
from tests.doubles.cameras.encrypted import own_certificate, server_context
from tests.doubles.clinical.fhir_server import FhirServer
from tests.doubles.readings import START_NS, reading
from tests.running import free_port

BEARER = "Bearer a-secret-token"


@pytest.fixture
def server() -> Iterator[FhirServer]:
    server = FhirServer(authorization=BEARER)
    server.start()
    yield server
    server.stop()


def sender(server: FhirServer, **settings: Any) -> FhirSender:
    url = f"http://127.0.0.1:{server.port}/fhir"
    return FhirSender({"url": url, "token": BEARER.partition(" ")[2], "timeout_s": 5} | settings)


def said(server: FhirServer, **settings: Any) -> str:
    with closing(sender(server, **settings)) as outlet:
        return outlet.check()


def failure(server: FhirServer, **settings: Any) -> str:
    with pytest.raises(OutputError) as caught:
        said(server, **settings)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "secret" not in sentence
    return sentence


def test_what_is_sent_twice_is_made_once_with_one_device_and_one_provenance(server: FhirServer) -> None:
    for _ in range(2):  # two processes, one after the other
        with closing(sender(server, trend_s=0.2, trend_step_s=0.1)) as outlet:
            for seq in (0, 1, 2, 2):
                outlet.send(reading(seq, t_capture_ns=START_NS + seq * 100_000_000))
    kinds = [one["resourceType"] for one in server.resources]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"Device": 1, "Provenance": 1, "Observation": 4}
    assert server.posts == 8


def test_what_is_set_up_wrong_is_said(server: FhirServer) -> None:
    assert 'check "token"' in failure(server, token="a-secret-but-wrong-one")
    assert 'check "token"' in failure(server, token="", username="u", password="p")
    assert 'set "release"' in failure(server, release="R5")
    assert 'check "url"' in failure(server, url=f"http://127.0.0.1:{server.port}/other")
    assert "nothing listens" in failure(server, url=f"http://127.0.0.1:{free_port()}/fhir")
    assert "patient or encounter" in failure(server, patient="Patient/unknown")
    assert "FHIR 4.0.1" in said(server, patient="Patient/known")


def test_a_password_is_not_sent_unencrypted_to_another_machine() -> None:
    with pytest.raises(ConfigError, match="https"):
        FhirSender({"url": "http://fhir.hospital.example/fhir", "token": "t"})
    with pytest.raises(ConfigError, match="token") as caught:
        FhirSender({"url": "https://h/fhir", "token": "a-secret\ntoken"})
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="port"):
        FhirSender({"url": "https://h:port/fhir"})


def test_a_page_of_html_loses_nothing(server: FhirServer) -> None:
    for status in (200, 400, 404, 502):
        server.answer = lambda status=status: (status, {"Content-Type": "text/html"}, b"<html>proxy</html>")  # type: ignore[misc]
        with closing(sender(server)) as outlet, pytest.raises(OutputError):
            outlet.send(reading(0))
        assert failure(server)


@pytest.mark.parametrize("after", ["30", "date"])
def test_a_busy_server_is_left_alone_as_long_as_it_asked(server: FhirServer, after: str) -> None:
    asked = []
    given = email.utils.formatdate(time.time() + 30, usegmt=True) if after == "date" else after

    def busy() -> tuple[int, dict[str, str], bytes]:
        asked.append(1)
        return 429, {"Retry-After": given}, b""

    server.answer = busy
    with closing(sender(server)) as outlet:
        for says in ("is busy", "not asked in the next"):
            with pytest.raises(OutputError, match=says):
                outlet.send(reading(0))
    assert len(asked) == 1


def test_a_server_that_refuses_the_content_says_which_part(server: FhirServer) -> None:
    server.release = "R5"
    with closing(sender(server)) as outlet, pytest.raises(RefusedMessageError, match=r"422, invalid at Bundle\.entry"):
        outlet.send(reading(0))


def test_a_server_that_is_none_is_said(server: FhirServer) -> None:
    server.answer = lambda: (200, {"Content-Type": "application/fhir+json"}, b"[" * 100_000)
    assert 'check "url"' in failure(server)


def test_over_tls_messages_arrive_and_wrong_certificates_are_said(tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    guarded = FhirServer(tls=server_context(certificate, key))
    guarded.start()
    url = f"https://localhost:{guarded.port}/fhir"
    try:
        assert "not accepted" in failure(guarded, url=url)
        assert "closed the connection" in failure(guarded)
        with closing(sender(guarded, url=url, ca=str(certificate))) as outlet:
            outlet.send(reading(0))
    finally:
        guarded.stop()
    assert len(guarded.densities()) == 1

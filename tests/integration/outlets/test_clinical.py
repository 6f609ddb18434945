"""The whole program beside a hospital's systems that come and go: nothing is lost or comes twice, order is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.outlets.clinical.hl7.oru import control_id
from stream.session.deliveries.progress import Progress
from tests.doubles.clinical.fhir_server import FhirServer
from tests.doubles.clinical.hl7_receiver import Hl7Receiver
from tests.doubles.outgoing_session import OutgoingSession
from tests.doubles.readings import reading
from tests.integration.outlets.outages.killing import (
    OUTAGES,
    check_that_the_trend_goes_on,
    kill_at_random,
    only_session,
    stored_seqs,
)
from tests.running import run, running

PATIENT = "0098765"


class Hospital:
    """An interface engine and a FHIR server, and the configuration of a program that sends to both."""

    def __init__(self, folder: Path) -> None:
        self.engine, self.server = Hl7Receiver(), FhirServer()
        self.engine.start()
        self.server.start()
        self.sessions, self.config = folder / "sessions", folder / "hospital.toml"
        self.config.write_text(
            f"""
            publish.enabled = false
            view.enabled = false
            sink.sessions_dir = "{self.sessions}"
            [outlets.hl7]
            every_s = 0
            host = "127.0.0.1"
            port = {self.engine.port}
            patient_id = "{PATIENT}"
            timeout_s = 2
            [outlets.fhir]
            every_s = 0
            url = "http://127.0.0.1:{self.server.port}/fhir"
            patient_id = "{PATIENT}"
            token = "a-secret-token"
            timeout_s = 2
            trend_s = 2
            trend_step_s = 0.5
            """
        )

    def stop(self) -> None:
        self.engine.stop()
        self.server.stop()

    def session(self) -> Path:
        return only_session(self.sessions)

    def stored(self) -> list[int]:
        return stored_seqs(self.session())

    def of_engine(self) -> list[int]:
        session = self.session().name
        seqs = {control_id(reading(seq, session=session)): seq for seq in self.stored()}
        return [
            seqs[str(message["MSH.10"])] for message in self.engine.messages if str(message["OBR.4.1.1"]) != "alarm"
        ]

    def of_server(self) -> list[int]:
        return [int(one["identifier"][0]["value"].rpartition("/")[2]) for one in self.server.densities()]


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path)
    yield hospital
    hospital.stop()


@pytest.mark.parametrize(("seconds", "outages", "away_s"), OUTAGES)
def test_systems_that_are_killed_at_random_get_every_reading_once_and_in_order(
    hospital: Hospital, seconds: int, outages: int, away_s: float
) -> None:
    with running("-c", hospital.config, "live", f"synthetic:?seed=1&fps=20&seconds={seconds}") as process:
        away = kill_at_random([hospital.engine, hospital.server], seconds, outages, away_s)
        _, said = process.communicate(timeout=seconds + 60)
    assert process.returncode == 0, said
    done = run("-c", hospital.config, "deliver", hospital.session())
    assert done.returncode == 0, done.stdout
    assert hospital.of_engine() == hospital.of_server() == hospital.stored()
    check_that_the_trend_goes_on(hospital.session(), away)
    assert len(hospital.server.of("Provenance")) == len(hospital.server.of("Device")) == 1
    assert "trying again" in said
    assert "Traceback" not in said
    for secret in (PATIENT, "a-secret-token"):
        assert secret not in said + done.stdout + done.stderr


@pytest.mark.slow
def test_what_waits_of_a_patient_is_sent_for_another_only_if_a_person_says_that_the_first_was_wrong(
    hospital: Hospital, tmp_path: Path
) -> None:
    session = OutgoingSession(tmp_path / "earlier")
    session.add(reading(0), reading(1))
    session.close()
    for outlet in ("hl7", "fhir"):
        Progress(session.folder, outlet, "another patient").close()
    refused = run("-c", hospital.config, "deliver", session.folder)
    assert refused.returncode == 5
    assert "named another patient" in refused.stderr
    assert hospital.engine.arrived == hospital.server.resources == []
    sent = run("-c", hospital.config, "deliver", "--corrected", session.folder)
    assert sent.returncode == 0, sent.stderr
    assert len(hospital.engine.messages) == len(hospital.server.densities()) == 2


@pytest.mark.slow
def test_doctor_tries_both_and_says_what_is_wrong(hospital: Hospital) -> None:
    good = run("-c", hospital.config, "doctor").stdout
    assert "ok  outlet hl7: 127.0.0.1" in good
    assert "ok  outlet fhir: http://127.0.0.1" in good
    hospital.engine.stop()
    hospital.server.answer = lambda: (401, {}, b"")
    found = run("-c", hospital.config, "doctor")
    assert found.returncode == 1
    assert "FAIL  outlet hl7: nothing listens on 127.0.0.1" in found.stdout
    assert "FAIL  outlet fhir: http://127.0.0.1" in found.stdout
    assert 'check "token"' in found.stdout
    assert hospital.engine.arrived == hospital.server.resources == []

"""A cine that is pushed comes back as report and overlay, with the densities of `replay`, whatever dies meanwhile."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from tests.conftest import missing
from tests.doubles.archives.certificates import Authority
from tests.doubles.archives.cine import PATIENT, write_cine
from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.archives.reports import measured_frames
from tests.running import eventually, rows, run, running

pytestmark = pytest.mark.slow
STORESCU, ECHOSCU = Path("/usr/bin/storescu"), Path("/usr/bin/echoscu")  # pynetdicom has programs of these names too


class Hospital:
    """Orthanc, the configuration that leads to it, and what is pushed."""

    def __init__(self, folder: Path) -> None:
        if not STORESCU.exists():
            missing("no storescu: apt-get install dcmtk")
        self.orthanc, self.folder, self.inbox = Orthanc(folder / "orthanc"), folder, folder / "inbox"
        self.config, self.port = folder / "hospital.toml", 0
        self.config.write_text(
            f'[outlets.dicom]\nhost = "127.0.0.1"\nport = {self.orthanc.dicom_port}\ncalled = "ORTHANC"\n'
        )

    @contextlib.contextmanager
    def serving(self, *options: str) -> Iterator["subprocess.Popen[str]"]:
        with running("-v", "-c", self.config, "serve", "dicom", "--port", "0", "--from", "SCANNER",
                     "--inbox", self.inbox, *options) as service:  # fmt: skip
            assert service.stderr is not None
            for line in service.stderr:
                if "Listening" in line:
                    self.port = int(line.split(" as ")[0].rpartition(":")[2])
                    break
            yield service

    def push(self, file: Path, *options: str, calling: str = "SCANNER") -> "subprocess.CompletedProcess[str]":
        """Push a file with dcmtk's storescu."""
        return self._client(STORESCU, calling, *options, str(file))

    def echo(self, calling: str) -> "subprocess.CompletedProcess[str]":
        return self._client(ECHOSCU, calling)

    def answers(self) -> dict[str, Dataset]:
        """Return what is in the archive, by modality."""
        return {one.Modality: one for one in self.orthanc.objects()}

    def _client(self, program: Path, calling: str, *options: str) -> "subprocess.CompletedProcess[str]":
        titles, file = ("-v", "-aet", calling, "-aec", "CAPILLARY"), options[-1:]
        arguments = [str(program), *titles, *options[:-1], "127.0.0.1", str(self.port), *file]
        return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path)
    yield hospital
    hospital.orthanc.stop()


def test_a_pushed_cine_comes_back_as_report_and_overlay_with_the_densities_of_replay(hospital: Hospital) -> None:
    cine = write_cine(hospital.folder / "cine.dcm", frames=4)
    hospital.orthanc.start()
    (hospital.folder / "text.dcm").write_bytes(b"\x00" * 128 + b"DICM" + b"nothing")
    with hospital.serving() as service:
        assert hospital.echo("SCANNER").returncode == 0
        assert "Calling AE Title Not Recognized" in hospital.echo("STRANGER").stderr
        assert hospital.push(hospital.folder / "cine.dcm").returncode == 0
        eventually(lambda: hospital.answers().keys() == {"SR", "GM"}, "both are there")
        answers = hospital.answers()
        hospital.orthanc.objects()[-1].save_as(own := hospital.folder / "own.dcm")
        assert "DataSetDoesNotMatchSOPClass" in hospital.push(own, "-xy").stderr.replace(" ", "")
        eventually(lambda: not list(hospital.inbox.iterdir()), "what is answered is removed")
        service.send_signal(signal.SIGINT)
        said = service.communicate(timeout=20)[1]
    assert service.returncode == 0
    assert PATIENT not in said
    assert "4711" not in said
    assert run("replay", hospital.folder / "cine.dcm", "--output", hospital.folder / "replay").returncode == 0
    expected = [
        tuple(float(row[name]) for name in ("density_pct", "density_low_pct", "density_high_pct"))
        for row in rows(hospital.folder / "replay")
    ]
    assert [tuple(round(one, 4) for one in frame) for frame in measured_frames(answers["SR"])] == [
        tuple(round(one, 4) for one in frame) for frame in expected
    ]
    overlay = answers["GM"]
    assert (overlay.NumberOfFrames, overlay.Rows, overlay.Columns) == (4, cine.Rows, cine.Columns)
    for answer in answers.values():
        assert (answer.StudyInstanceUID, str(answer.PatientName)) == (cine.StudyInstanceUID, PATIENT)
        assert answer.SeriesInstanceUID != cine.SeriesInstanceUID


def test_what_was_acknowledged_is_answered_though_the_service_and_the_archive_were_dead(hospital: Hospital) -> None:
    write_cine(hospital.folder / "cine.dcm", frames=2)
    with hospital.serving() as service:
        assert hospital.push(hospital.folder / "cine.dcm").returncode == 0
        assert any("trying again" in line for line in service.stderr or ())
        os.kill(service.pid, signal.SIGKILL)
    assert [path.stat().st_mode & 0o077 for path in hospital.inbox.iterdir()] == [0]
    hospital.orthanc.start()
    with hospital.serving():
        eventually(lambda: hospital.answers().keys() == {"SR", "GM"}, "both are there")


def test_over_tls_only_those_with_a_certificate_push(hospital: Hospital, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        missing("no openssl: apt-get install openssl")
    write_cine(hospital.folder / "cine.dcm", frames=1)
    hospital.orthanc.start()
    authority, stranger = Authority(tmp_path / "authority"), Authority(tmp_path / "stranger")
    certificate, key = authority.sign("service")
    own, own_key = authority.sign("scanner")
    other, other_key = stranger.sign("scanner")
    ca = str(authority.certificate)
    with hospital.serving("--certificate", certificate, "--key", key, "--ca", ca):
        file = hospital.folder / "cine.dcm"
        assert hospital.push(file).returncode != 0
        assert hospital.push(file, "+tls", other_key, other, "+cf", ca).returncode != 0
        assert hospital.push(file, "+tls", own_key, own, "+cf", ca).returncode == 0
        eventually(lambda: "SR" in hospital.answers(), "it is answered")


def test_a_service_that_other_machines_can_reach_needs_tls(hospital: Hospital) -> None:
    refused = run("-c", hospital.config, "serve", "dicom", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "give --certificate, --key and --ca" in refused.stderr

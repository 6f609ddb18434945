"""A session for an examination of the worklist: its patient is in the DICOM objects, and nowhere else."""

from pathlib import Path

import pytest

from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.archives.worklist import TITLE, worklist
from tests.running import run

pytestmark = pytest.mark.slow
PATIENT = ("Müller", "P-A2", "19700131", "R-A2")


def test_reports_name_the_patient_of_the_examination_and_nothing_else_does(tmp_path: Path, orthanc: Orthanc) -> None:
    config, sessions = tmp_path / "hospital.toml", tmp_path / "sessions"
    with worklist(tmp_path / "list", "A1", "A2") as port:
        config.write_text(
            f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{sessions}"\n'
            f'[outlets.dicom]\nhost = "127.0.0.1"\nport = {orthanc.dicom_port}\ncalled = "ORTHANC"\n'
            f'worklist = {{ host = "127.0.0.1", port = {port}, called = "{TITLE}" }}\n'
        )
        listed = run("-c", config, "worklist")
        assert listed.returncode == 0, listed.stderr
        assert [line.split("\t") for line in listed.stdout.splitlines()] == [
            ["A1", "20270115 080000", "Müller^A1 (P-A1)", "Sublingual microscopy"],
            ["A2", "20270115 080000", "Müller^A2 (P-A2)", "Sublingual microscopy"],
        ]
        nobody = run("-c", config, "live", "synthetic:?seed=1", "--worklist", "A9")
        assert nobody.returncode == 1
        assert "the worklist has 0 examinations of that accession number" in nobody.stderr
        ran = run("-v", "-c", config, "live", "synthetic:?seed=1&seconds=3", "--worklist", "A2")
    assert ran.returncode == 0, ran.stderr
    reports = orthanc.objects()
    assert [(str(one.PatientName), one.PatientID, one.AccessionNumber) for one in reports] == [
        ("Müller^A2", "P-A2", "A2")
    ]
    assert not any(word in ran.stdout + ran.stderr for word in PATIENT)
    kept = [path for path in sessions.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert not any(word in path.name or word.encode() in path.read_bytes() for word in PATIENT), path.name

"""What programs of others that judge DICOM objects say of ours."""

import shutil
import subprocess
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from stream.dicom.report import reading_report
from stream.dicom.subject import Station, Subject
from stream.protocol.readings import DensityReading
from tests.conftest import missing
from tests.doubles.readings import reading


def faults(made: Dataset, file: Path) -> str:
    """Return what dciodvfy (dicom3tools) calls an error in an object; empty if it finds none."""
    if not shutil.which("dciodvfy"):
        missing("no validator of DICOM objects: apt-get install dicom3tools")
    pydicom.dcmwrite(file, made, enforce_file_format=True)
    verdict = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
    return "\n".join(line for line in verdict.stderr.splitlines() if line.startswith("Error"))


@pytest.mark.parametrize("given", [reading(0), reading(1, quality="poor", quality_reasons=("blurred",))])
def test_reports_have_no_fault(given: DensityReading, tmp_path: Path) -> None:
    report = reading_report(given, Subject(), Station(name="bed 7", institution="Hospital"))
    assert faults(report, tmp_path / "report.dcm") == ""
    if not shutil.which("dsrdump"):
        missing("no dcmtk: apt-get install dcmtk")
    tree = subprocess.run(["dsrdump", tmp_path / "report.dcm"], capture_output=True, text=True, check=True)
    assert "99CAPSTREAM" in tree.stdout
    assert "violates" not in tree.stderr

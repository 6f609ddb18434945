"""What programs of others that judge DICOM objects say of ours."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
import simplejpeg
from pydicom.dataset import Dataset
from pydicom.uid import VideoMicroscopicImageStorage

from stream.dicom.common import Identity
from stream.dicom.report import clip_report, reading_report
from stream.dicom.secondary_capture import OVERLAY, pictures
from stream.dicom.study import study, study_of
from stream.dicom.subject import Station, Subject
from stream.dicom.uids import uid
from stream.protocol.readings import DensityReading
from tests.conftest import missing
from tests.doubles.archives.reports import measured_frames
from tests.doubles.readings import START_NS, failed, reading


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


def test_an_overlay_has_no_fault(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    jpegs = [simplejpeg.encode_jpeg(pixels, 90, "BGR", "422")] * 3
    identity = Identity(study("s", Subject()), uid("series"), uid("instance"), 1, START_NS, Station())
    assert faults(pictures(OVERLAY, jpegs, (64, 48), 1000 / 30, identity), tmp_path / "overlay.dcm") == ""


def test_a_report_on_a_clip_has_no_fault(tmp_path: Path) -> None:
    clip = Dataset()
    clip.SOPClassUID, clip.SOPInstanceUID, clip.NumberOfFrames = VideoMicroscopicImageStorage, uid("clip"), 3
    clip.StudyInstanceUID, clip.SeriesInstanceUID = uid("study"), uid("clip series")
    identity = Identity(study_of(clip), uid("series"), uid("instance"), 1, START_NS, Station())
    report = clip_report([reading(0), reading(1, quality="poor"), failed(2)], clip, identity)
    assert faults(report, tmp_path / "report.dcm") == ""
    assert [frame[0] for frame in measured_frames(report)] == [12.5]

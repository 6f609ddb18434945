"""A part of a finished session in an archive: clip, outlined clip, outlines and report, by one command."""

from pathlib import Path

import pydicom
import pytest

from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.archives.reports import measured_frames, text
from tests.running import rows, run

pytestmark = pytest.mark.slow
CLASSES = {
    "Comprehensive SR Storage",
    "Multi-frame True Color Secondary Capture Image Storage",
    "Color Softcopy Presentation State Storage",
}


def test_a_part_of_a_session_is_stored_and_the_report_has_its_densities(tmp_path: Path, orthanc: Orthanc) -> None:
    replay, config = tmp_path / "replay", tmp_path / "hospital.toml"
    config.write_text(f'[outlets.pacs]\nuse = "dicom"\nurl = "{orthanc.web}"\n')
    assert run("replay", "synthetic:?seed=1&fps=30&frames=4", "--output", replay, "--regions").returncode == 0
    stored = run("-c", config, "dicom", replay, "--to", "pacs", "--frames", "3")
    assert stored.returncode == 0, stored.stderr
    objects = orthanc.objects()
    assert {one.SOPClassUID.name for one in objects} == CLASSES
    assert len({one.StudyInstanceUID for one in objects}) == 1
    report = next(one for one in objects if one.Modality == "SR")
    assert [frame[0] for frame in measured_frames(report)] == pytest.approx(
        [float(row["density_pct"]) for row in rows(replay)[:3]], abs=1e-4
    )
    assert text(report, "Tracking Identifier") == "Whole session"
    outlines = next(one for one in objects if one.Modality == "PR")
    clip = next(one for one in objects if one.get("SeriesDescription") == "Clip")
    assert clip.NumberOfFrames == 3
    assert len(outlines.GraphicAnnotationSequence) == 3
    assert (
        outlines.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID == clip.SOPInstanceUID
    )
    assert run("dicom", replay, "--output", tmp_path / "files").returncode == 0
    assert len([pydicom.dcmread(file) for file in (tmp_path / "files").iterdir()]) == 4

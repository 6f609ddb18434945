"""Reports in Orthanc, stored by C-STORE and by STOW-RS: what a session has is what the archive has."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from stream.protocol.readings import DensityReading
from tests.contracts.sender_contract import SenderContract
from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.archives.reports import numbers, time_point


class InOrthanc(SenderContract):
    """The contract, with Orthanc as the receiver."""

    NAME = "dicom"

    def start_receiver(self) -> None:
        if not hasattr(self, "orthanc"):
            self.orthanc = Orthanc(self.folder / "orthanc")
        self.orthanc.start()

    def stop_receiver(self) -> None:
        self.orthanc.stop()

    def received(self) -> list[int]:
        return [int(report.InstanceNumber) - 1 for report in self.orthanc.objects()]

    def same_number(self, given: DensityReading) -> bool:
        report: Dataset = self.orthanc.objects()[-1]
        return time_point(report) == given.t_capture_ns and numbers(report) == {
            "density": (given.density_pct, "%"),
            "density-low": (given.density_low_pct, "%"),
            "density-high": (given.density_high_pct, "%"),
            "capillary-count": (given.capillary_count, "1"),
        }


@pytest.mark.slow
class TestByDicom(InOrthanc):
    def settings(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.orthanc.dicom_port, "called": "ORTHANC", "timeout_s": 2.0}


class TestByHttp(InOrthanc):
    def settings(self) -> dict[str, Any]:
        return {"url": self.orthanc.web, "timeout_s": 2.0}

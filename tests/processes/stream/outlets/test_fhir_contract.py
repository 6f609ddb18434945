"""What a hospital's FHIR server has is what was measured, whatever happens to it."""

from typing import Any, ClassVar

from stream.outlets.clinical.fhir.elements import instant
from stream.protocol.readings import DensityReading
from tests.contracts.sender_contract import SenderContract
from tests.doubles.clinical.fhir_server import FhirServer


class TestFhirR4(SenderContract):
    NAME = "fhir"
    RELEASE: ClassVar[str] = "R4"

    def start_receiver(self) -> None:
        if not hasattr(self, "server"):
            self.server = FhirServer(self.RELEASE)
        self.server.start()

    def stop_receiver(self) -> None:
        self.server.stop()

    def settings(self) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{self.server.port}/fhir", "release": self.RELEASE, "timeout_s": 2}

    def received(self) -> list[int]:
        return [int(one["identifier"][0]["value"].rpartition("/")[2]) for one in self.server.densities()]

    def same_number(self, given: DensityReading) -> bool:
        (one,) = self.server.densities()
        interval = one["component"][0]["valueRange"]
        percent = {"unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
        return [one["valueQuantity"], interval["low"], interval["high"], one["effectiveDateTime"]] == [
            {"value": given.density_pct} | percent,
            {"value": given.density_low_pct} | percent,
            {"value": given.density_high_pct} | percent,
            instant(given.t_capture_ns),
        ]


class TestFhirR5(TestFhirR4):
    RELEASE = "R5"

"""The outlet `fhir`: every message is a transaction, which the server has taken before the next one is sent."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from stream.errors import OutputError
from stream.outlets.clinical.fhir.device import device, device_name, provenance
from stream.outlets.clinical.fhir.elements import Resource
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.clinical.fhir.observation import of_alarm, of_reading, of_trend
from stream.outlets.clinical.fhir.outcome import judge, status_in_words
from stream.outlets.clinical.fhir.service import FhirService
from stream.outlets.clinical.fhir.transaction import entry, place_of, transaction
from stream.outlets.clinical.fhir.trend import SampledTrend, TrendBook
from stream.outlets.identity import identity
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading

_VERSIONS: Final = {"R4": ("4.0.", "4.3."), "R5": ("5.0.",)}


class FhirSender:
    """A sender of readings, alarms and trends to one FHIR server."""

    acknowledged: ClassVar[bool] = True
    messages: ClassVar[tuple[str, ...]] = ("reading", "alarm")
    every_s: ClassVar[float] = 10.0

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the settings and the files they name. Raises ConfigError."""
        self._settings = settings_of("fhir", settings, FhirSettings)
        self._service = FhirService(self._settings)
        self._trend = TrendBook(self._settings.trend_s, self._settings.trend_step_s)
        self._introduced = ""  # the newest session whose Provenance the server has

    @property
    def subject(self) -> str:
        """Return whom and what the messages name."""
        return self._settings.subject

    def send(self, message: Published) -> None:
        """Send a message. Raises RefusedMessageError if it is refused for good, OutputError if it did not arrive."""
        if not isinstance(message, DensityReading | AlarmEvent):
            return
        completed = self._trend.completed_by(message) if isinstance(message, DensityReading) else None
        introduce = message.session != self._introduced
        bundle = bundle_of(message, self._settings, time.time_ns(), completed, introduce=introduce)
        status, document = self._service.ask("POST", document=bundle)
        judge(status, document, len(bundle["entry"]), self._service.place)
        self._introduced = message.session
        if isinstance(message, DensityReading):
            self._trend.take(message)

    def check(self) -> str:
        """Ask for the server's capabilities, and for the patient if one is named there. Raises OutputError."""
        place, release = self._service.place, self._settings.release
        status, document = self._service.ask("GET", "/metadata")
        if not (isinstance(document, dict) and document.get("resourceType") == "CapabilityStatement"):
            raise OutputError(f"{place} {status_in_words(status, is_fhir=False)}")
        version = str(document.get("fhirVersion", ""))[:20]
        if not version.startswith(_VERSIONS[release]):
            raise OutputError(f'{place} is a server of FHIR {version}, not of {release}: set "release"')
        for reference in filter(None, (self._settings.patient, self._settings.encounter)):
            status, _ = self._service.ask("GET", f"/{reference}")
            if status != 200:
                reason = status_in_words(status, is_fhir=True)
                raise OutputError(
                    f"{place} has not what the configuration names: for the patient or encounter it {reason}"
                )
        return f"{place} answers as a server of FHIR {version}; nothing was sent"

    def close(self) -> None:
        """End the connection."""
        self._service.close()


def bundle_of(
    message: DensityReading | AlarmEvent,
    settings: FhirSettings,
    now_ns: int,
    completed: SampledTrend | None = None,
    *,
    introduce: bool,
) -> Resource:
    """Return the transaction of a message. completed: a trend that ends before it. introduce: the session's first."""
    of_device, of_message = device_name(settings), identity(message)
    made_by = place_of(of_device)
    if isinstance(message, DensityReading):
        observation, t_ns = of_reading(message, settings, made_by), message.t_capture_ns
    else:
        observation, t_ns = of_alarm(message, settings, made_by), message.t_ns
    entries = [entry(device(settings), of_device)]
    if completed is not None:
        entries.append(entry(of_trend(completed, settings, made_by), f"trend {completed.start_ns}"))
    entries.append(entry(observation, of_message))
    if introduce:
        origin = provenance(message.session, place_of(of_message), made_by, t_ns, now_ns)
        entries.append(entry(origin, f"session {message.session}"))
    return transaction(entries)

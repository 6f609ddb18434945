"""The outlet `hl7`: every message is sent, and its acknowledgement awaited, before the next one."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from stream.errors import OutputError
from stream.outlets.clinical.hl7.acknowledgement import judge
from stream.outlets.clinical.hl7.hl7_settings import Hl7Settings
from stream.outlets.clinical.hl7.mllp import MllpConnection
from stream.outlets.clinical.hl7.oru import control_id, oru
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import tls_context
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading


class Hl7Sender:
    """A sender of readings and alarms to one receiver of HL7 v2."""

    acknowledged: ClassVar[bool] = True
    messages: ClassVar[tuple[str, ...]] = ("reading", "alarm")
    every_s: ClassVar[float] = 10.0

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the settings and the files they name. Raises ConfigError."""
        self._settings = chosen = settings_of("hl7", settings, Hl7Settings)
        tls = tls_context("hl7", chosen) if chosen.guarded else None
        self._connection = MllpConnection(chosen.host, chosen.port, tls, chosen.timeout_s)

    @property
    def subject(self) -> str:
        """Return whom and what the messages name."""
        return self._settings.subject

    def send(self, message: Published) -> None:
        """Send a message. Raises RefusedMessageError if it is refused for good, OutputError if it did not arrive."""
        if not isinstance(message, DensityReading | AlarmEvent):
            return
        answer = self._connection.exchange(oru(message, self._settings, time.time_ns()).encode())
        try:
            judge(answer.decode("utf-8", "replace"), control_id(message), self._connection.place)
        except OutputError:
            self._connection.close()
            raise

    def check(self) -> str:
        """Connect, and send nothing. Raises OutputError."""
        guard = self._connection.connect()
        if not self._connection.stays():
            raise OutputError(
                f"{self._connection.place} closes the connection: it may want TLS, or a certificate that it trusts"
            )
        return f"{self._connection.place} takes the connection ({guard}); no message was sent"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

"""The outlet `[outlets.lsl]`: density, quality and markers of each source as streams of Lab Streaming Layer."""

import platform
import threading
import time
from collections.abc import Mapping
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from stream.config.sections import LslScope
from stream.errors import OutputError
from stream.outlets.lsl.lsl_clock import LslClock
from stream.outlets.lsl.network import pylsl_within
from stream.outlets.lsl.streams import (
    DENSITY_STREAM,
    MARKER_STREAM,
    QUALITY_STREAM,
    StreamKind,
    alarm_sample,
    density_sample,
    marker_sample,
    quality_sample,
)
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading
from stream.version import VERSION

_IRREGULAR: Final = 0.0
_MOST_BUFFERED: Final = 60
"""In hundreds of samples, as liblsl counts at an irregular rate; per consumer, three minutes at 30 readings/s."""
_FOUND_WITHIN_S: Final = 3.0
_LAST_SAMPLES_S: Final = 0.2


class LslSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outlet's own settings."""

    name: Annotated[str, Meta(min_length=1, max_length=60, description="how the names of the streams begin")] = (
        "capillary"
    )
    scope: Annotated[LslScope, Meta(description="where the streams are found")] = "machine"


class LslSender:
    """Streams that every program within the scope may follow. None acknowledges, and none is waited for."""

    messages = ("reading", "alarm", "marker")

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Open no stream yet. Raises ConfigError if a setting is wrong, or pylsl is missing."""
        self._settings = settings_of("lsl", table, LslSettings)
        self._pylsl = pylsl_within(self._settings.scope)
        self._clock = LslClock(self._pylsl.local_clock)
        self._outlets: dict[tuple[str, str], Any] = {}

    def send(self, message: Published) -> None:
        """Add a message to the streams of its source, which are opened by the first one."""
        match message:
            case DensityReading():
                self._clock.follow(message)
                at_s = self._clock.of_monotonic(message.t_grab_monotonic_ns)
                self._push(DENSITY_STREAM, message, density_sample(message), at_s)
                self._push(QUALITY_STREAM, message, quality_sample(message), at_s)
                self._outlet(MARKER_STREAM, message)  # to be found before the first marker is set
            case Marker():
                until_s = None if message.until_ns is None else self._clock.of_utc(message.until_ns)
                self._push(MARKER_STREAM, message, marker_sample(message, until_s), self._clock.of_utc(message.t_ns))
            case AlarmEvent():
                self._push(MARKER_STREAM, message, alarm_sample(message), self._clock.of_utc(message.t_ns))

    def close(self) -> None:
        """Let the last samples out to those who follow, then end the streams."""
        if any(outlet.have_consumers() for outlet in self._outlets.values()):
            time.sleep(_LAST_SAMPLES_S)  # liblsl sends in threads of its own, and has no call that waits for them
        self._outlets.clear()

    def check(self) -> str:
        """Open a stream, find it, and return a sentence. Raises OutputError if it is not found."""
        pylsl = self._pylsl
        source_id = f"{platform.node()}-check-{threading.get_native_id()}"
        info = pylsl.StreamInfo("check", "Check", 1, _IRREGULAR, "string", source_id)
        outlet = pylsl.StreamOutlet(info)
        found = pylsl.resolve_byprop("source_id", source_id, 1, _FOUND_WITHIN_S)
        del outlet
        if not found:
            raise OutputError(
                f"a stream of Lab Streaming Layer is not found within {_FOUND_WITHIN_S:g} s; does a firewall block "
                "UDP 16571 to 16604 on this machine?"
            )
        version = pylsl.library_version()
        return f'liblsl {version // 100}.{version % 100}: streams are found, scope "{self._settings.scope}"'

    def _push(self, kind: StreamKind, message: Published, sample: list[float] | list[str], at_s: float) -> None:
        self._outlet(kind, message).push_sample(sample, at_s)

    def _outlet(self, kind: StreamKind, message: Published) -> Any:
        """Return the open stream of a kind for the message's source."""
        key = (message.source, kind.name)
        if key not in self._outlets:
            self._outlets[key] = self._opened(kind, message)
        return self._outlets[key]

    def _opened(self, kind: StreamKind, message: Published) -> Any:
        """Open a stream; its description holds labels, units, session, source and, if the message has one, model."""
        source = message.source or "none"
        name = f"{self._settings.name}-{source}-{kind.name}"
        # The same after a restart: consumers then take the stream up again by themselves.
        source_id = f"{platform.node()}-{name}"
        info = self._pylsl.StreamInfo(name, kind.type, len(kind.channels), _IRREGULAR, kind.values, source_id)
        info.set_channel_labels([label for label, _ in kind.channels])
        info.set_channel_units([unit for _, unit in kind.channels])
        facts = {"session": message.session, "source": source, "model_id": getattr(message, "model_id", "")}
        for fact, value in (facts | {"interval": "90 %", "software": f"Capillary Stream {VERSION}"}).items():
            info.desc().append_child_value(fact, value)
        return self._pylsl.StreamOutlet(info, 0, _MOST_BUFFERED)

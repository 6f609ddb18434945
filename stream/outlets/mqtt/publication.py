"""What is published of a message: topic, payload, whether the broker keeps it, and for how long. Pure."""

import re
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from stream.outlets.json_message import json_fields
from stream.outlets.mqtt.mqtt_settings import MqttSettings
from stream.outlets.outlet import Published
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import PROTOCOL_VERSION

_LAST_PARTS: Final[dict[type[Published], str]] = {
    DensityReading: "density",
    RunStatus: "status",
    AlarmEvent: "alarm",
    Marker: "marker",
}
_STATUS_EXPIRES_S: Final = 60
"""Statuses come four a second; one that a broker kept while it was down itself must not look like a running program."""
_NOT_IN_TOPICS: Final = re.compile(r"[/+#\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Publication:
    """A message of MQTT. retain: who subscribes later gets it too. expires_s: None: it does not expire."""

    topic: str
    payload: bytes
    retain: bool = False
    expires_s: int | None = None


def publication(message: Published, settings: MqttSettings, now_ns: int) -> Publication:
    """Return what is published. now_ns: since 1970 UTC; a reading expires so long after its capture, not after now."""
    message = replace(message, source=source_of(message, settings))
    expires_s, retain = None, False
    if isinstance(message, DensityReading) and settings.expires_s:
        age_s = (now_ns - message.t_capture_ns) // 1_000_000_000
        expires_s = min(max(1, settings.expires_s - age_s), settings.expires_s)
    if isinstance(message, RunStatus):
        retain, expires_s = True, None if message.state == "ended" else _STATUS_EXPIRES_S
    payload = msgspec.json.encode(json_fields(message, marker_text=settings.marker_text))
    return Publication(topic(type(message), message.source, settings), payload, retain, expires_s)


def last_will(source: str, settings: MqttSettings) -> Publication:
    """Return what the broker publishes as the status once the program is gone without a word."""
    fields = {"type": "progress", "v": PROTOCOL_VERSION, "source": source, "state": "offline"}
    return Publication(topic(RunStatus, source, settings), msgspec.json.encode(fields), retain=True)


def topic(kind: type[Published], source: str, settings: MqttSettings) -> str:
    """Return the topic of a kind of messages of a source."""
    return f"{settings.prefix}/{topic_part(source)}/{_LAST_PARTS[kind]}"


def topic_part(source: str) -> str:
    """Return a source's name as one part of a topic: without separator, wildcard and control character."""
    return _NOT_IN_TOPICS.sub("-", source)


def source_of(message: Published, settings: MqttSettings) -> str:
    """Return the source's name as it stands in topics and messages; empty while a status has none."""
    return settings.source or message.source

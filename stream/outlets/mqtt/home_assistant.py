"""A source as Home Assistant shows it without being set up: a device with density, quality and state. Pure.

One retained message of its MQTT discovery per device (home-assistant.io/integrations/mqtt, "Device discovery payload").
"""

import re
from typing import Any, Final

import msgspec

from stream.outlets.mqtt.mqtt_settings import MqttSettings
from stream.outlets.mqtt.publication import Publication, topic
from stream.protocol.readings import RunStatus
from stream.version import VERSION

_OTHER_CHARACTERS: Final = re.compile(r"[^a-zA-Z0-9_-]")
_GONE: Final = "['offline', 'ended']"


def discovery(source: str, settings: MqttSettings) -> Publication:
    """Return the message about a source. All values are of its statuses, which have a density only if it is current."""
    device = _device(source, settings)
    state_topic = topic(RunStatus, source, settings)
    payload = {
        "device": {
            "identifiers": [device],
            "name": f"Capillary density {source}",
            "sw_version": VERSION,
        },
        "origin": {"name": "capillary-stream", "sw_version": VERSION},
        "state_topic": state_topic,
        "availability": [
            {
                "topic": state_topic,
                "value_template": f"{{{{ 'offline' if value_json.state in {_GONE} else 'online' }}}}",
            }
        ],
        "qos": 1,
        "components": {
            "density": _sensor(
                device, "density", "density_pct", unit_of_measurement="%", state_class="measurement", expire_after=10
            ),
            "quality": _sensor(device, "quality", "quality"),
            "state": _sensor(device, "state", "state"),
        },
    }
    return Publication(_topic(device, settings), msgspec.json.encode(payload), retain=True)


def removal(source: str, settings: MqttSettings) -> Publication:
    """Return the message that removes what was said about a source: empty and retained (MQTT 5.0, 3.3.1.3)."""
    return Publication(_topic(_device(source, settings), settings), b"", retain=True)


def _device(source: str, settings: MqttSettings) -> str:
    return _OTHER_CHARACTERS.sub("_", f"{settings.prefix}_{source}")


def _topic(device: str, settings: MqttSettings) -> str:
    return f"{settings.home_assistant_prefix}/device/{device}/config"


def _sensor(device: str, name: str, key: str, **more: Any) -> dict[str, Any]:
    """Return a sensor that shows one key of the status."""
    return {
        "platform": "sensor",
        "unique_id": f"{device}_{name}",
        "name": name.capitalize(),
        "value_template": f"{{{{ value_json.{key} }}}}",
    } | more

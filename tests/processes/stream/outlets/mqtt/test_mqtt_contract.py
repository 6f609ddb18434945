"""What a broker's subscriber has is what was measured, whatever happens to the broker."""

import json
from typing import Any

from stream.outlets.json_message import rfc3339
from stream.protocol.readings import DensityReading
from tests.contracts.sender_contract import SenderContract
from tests.doubles.mqtt.mosquitto import Mosquitto, Subscriber


class TestMqtt(SenderContract):
    NAME = "mqtt"

    def start_receiver(self) -> None:
        if not hasattr(self, "broker"):
            self.broker, self.earlier = Mosquitto(self.folder), list[dict[str, Any]]()
        self.broker.start()
        self.subscriber = Subscriber(self.broker.port)

    def stop_receiver(self) -> None:
        self.broker.stop()
        self.earlier = self.readings()
        self.subscriber.close()
        self.subscriber.messages.clear()

    def settings(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.broker.port, "timeout_s": 2}

    def readings(self) -> list[dict[str, Any]]:
        return self.earlier + [json.loads(payload) for payload in self.subscriber.payloads("/density")]

    def received(self) -> list[int]:
        return list(dict.fromkeys(one["seq"] for one in self.readings()))

    def same_number(self, given: DensityReading) -> bool:
        (got,) = self.readings()
        keys = ("session", "source", "t_capture_ns", "density_pct", "density_low_pct", "density_high_pct", "quality")
        return got["time"] == rfc3339(given.t_capture_ns) and all(got[key] == getattr(given, key) for key in keys)

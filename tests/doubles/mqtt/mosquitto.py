"""Debian's broker mosquitto on a port of its own, and a subscriber that it keeps messages for."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.conftest import missing
from tests.running import eventually, free_port

_PATH = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


class Mosquitto:
    """A broker that keeps on disk at once what it has acknowledged; `more` are further lines of its configuration."""

    def __init__(self, folder: Path, *more: str, port: int | None = None) -> None:
        if _PATH is None:
            missing("needs Debian's mosquitto")
        self.port = port or free_port()
        data = folder / "mosquitto"
        data.mkdir(exist_ok=True)
        self._configuration = data / "mosquitto.conf"
        anonymous = [] if any(line.startswith("allow_anonymous") for line in more) else ["allow_anonymous true"]
        lines = [
            f"listener {self.port} 127.0.0.1", *anonymous, *more, "user root", "persistence true",
            f"persistence_location {data}/", "autosave_on_changes true", "autosave_interval 1",
            "max_inflight_messages 0", "max_queued_messages 0",
        ]  # fmt: skip
        self._configuration.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert _PATH is not None
        self._process = subprocess.Popen(
            [_PATH, "-c", str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._listens, "mosquitto listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Kill it. May be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def suspend(self, signal: int) -> None:
        assert self._process is not None
        self._process.send_signal(signal)


class Subscriber:
    """Takes all messages of a broker in a session that the broker keeps, and connects again by itself.

    messages: in the order in which they came. retained: the topics whose first message was a retained one.
    """

    def __init__(self, port: int, topics: str = "#", name: str = "subscriber") -> None:
        self._topics = topics
        self._there = threading.Event()
        self.messages: list[mqtt.MQTTMessage] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        client.on_connect = self._connected
        client.on_subscribe = lambda *_: self._there.set()
        client.on_message = lambda _client, _data, message: self.messages.append(message)
        client.reconnect_delay_set(1, 1)
        stays = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        stays.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", port, 60, clean_start=False, properties=stays)
        client.loop_start()
        self._client = client
        assert self._there.wait(10), "the subscription is there"

    def _connected(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe(self._topics, qos=1)

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected()

    def payloads(self, last_part: str) -> list[bytes]:
        """Return what came in topics that end so."""
        return [bytes(message.payload) for message in self.messages if message.topic.endswith(last_part)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

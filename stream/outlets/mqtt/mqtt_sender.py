"""The outlet `mqtt`: every message is published with QoS 1, and its acknowledgement awaited, before the next one."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from stream.errors import OutputError
from stream.outlets.library import library
from stream.outlets.mqtt.broker_connection import BrokerConnection
from stream.outlets.mqtt.home_assistant import discovery, removal
from stream.outlets.mqtt.mqtt_settings import MqttSettings
from stream.outlets.mqtt.publication import last_will, publication, source_of
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import tls_context
from stream.protocol.readings import RunStatus

_HASH_LENGTH: Final = 14
"""With `capillary` before it 23 characters, which every broker takes (MQTT 5.0, 3.1.3.1); 56 bits."""


class MqttSender:
    """A sender to one broker, with one connection at a time.

    From the first status on, the connection has a last will: the broker publishes `offline` if the program dies. What
    an ended session still has is sent without a status, and makes no source `offline`.
    """

    acknowledged: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the settings and the files they name. Raises ConfigError, also if the library is missing."""
        self._settings = chosen = settings_of("mqtt", settings, MqttSettings)
        library("mqtt", "paho.mqtt.client", "mqtt")
        self._tls = tls_context("mqtt", chosen) if chosen.guarded else None
        self._connection: BrokerConnection | None = None
        self._run: tuple[str, str] | None = None  # session and source of the run whose status is sent

    def send(self, message: Published) -> None:
        """Publish a message. Raises RefusedMessageError if it is refused for good, OutputError if it did not arrive."""
        source = source_of(message, self._settings)
        if not source:
            return  # a status before the first frame: there is no topic for it yet
        try:
            self._connected(message, source).publish(publication(message, self._settings, time.time_ns()))
        except OutputError:
            self._abandon()
            raise

    def check(self) -> str:
        """Connect, and publish nothing. Raises OutputError."""
        connection = BrokerConnection(self._settings, self._tls, self._client_id(secrets.token_hex(8)))
        try:
            connection.open()
        finally:
            connection.close()
        guard = "TLS" if self._tls is not None else "no TLS"
        return f"{connection.place} takes the connection (MQTT 5, {guard}); no message was sent"

    def close(self) -> None:
        """Take leave of the broker."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self, message: Published, source: str) -> BrokerConnection:
        """Return the connection for a message; a new one if there is none. Raises OutputError."""
        identity = (message.session, source)
        if isinstance(message, RunStatus) and self._run != identity:
            self.close()
            self._run = identity
        if self._connection is not None and not self._connection.is_alive:
            self._abandon()
        if self._connection is None:
            self._connection = self._opened(*(self._run or identity))
        return self._connection

    def _opened(self, session: str, source: str) -> BrokerConnection:
        """Connect in the name of a session and a source. Raises OutputError."""
        will = last_will(source, self._settings) if self._run else None
        self._connection = connection = BrokerConnection(
            self._settings, self._tls, self._client_id(f"{session}/{source}"), will
        )
        connection.open()
        if self._run and self._settings.home_assistant is not None:
            said = discovery if self._settings.home_assistant else removal
            connection.publish(said(source, self._settings))
        return connection

    def _client_id(self, of: str) -> str:
        """Return an identifier that is the same after a restart, so that the broker ends what is left of before."""
        return self._settings.client_id + hashlib.sha256(of.encode()).hexdigest()[:_HASH_LENGTH]

    def _abandon(self) -> None:
        if self._connection is not None:
            self._connection.abandon()
        self._connection = None

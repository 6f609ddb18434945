"""One connection to a broker, from its beginning to its end. The next attempt is a new connection.

The library's thread keeps it alive between messages; nothing is kept in memory for a broker that is away.
"""

import contextlib
import socket
import ssl
import time
from queue import Empty, SimpleQueue
from typing import Any, Final, Literal

from stream.errors import OutputError
from stream.outlets.library import library
from stream.outlets.mqtt.mqtt_settings import MqttSettings
from stream.outlets.mqtt.publication import Publication
from stream.outlets.mqtt.reasons import connection_refused, publish_refused
from stream.outlets.unreachable import why_unreachable

_REFUSALS: Final = 0x80  # reason codes from here on are failures
_QOS: Final = 1

_Event = Literal["connected", "acknowledged", "lost"]


class _ClosedIfRefused(ssl.SSLSocket):
    """A TLS connection that is closed if its handshake fails, which the library leaves to chance."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class BrokerConnection:
    """A connection with one message under way at a time, each acknowledged before the next.

    It begins clean and leaves nothing at the broker: what was not acknowledged is on this machine's disk, and is
    published again.
    """

    def __init__(
        self, settings: MqttSettings, tls: ssl.SSLContext | None, client_id: str, will: Publication | None = None
    ) -> None:
        """Make no connection yet. will: published by the broker if the program is gone without a word."""
        self.place = f"{settings.host}:{settings.port_used}"
        self._settings, self._timeout_s = settings, settings.timeout_s
        self._mqtt = mqtt = library("mqtt", "paho.mqtt.client", "mqtt")
        self._happened: SimpleQueue[tuple[_Event, int, Any]] = SimpleQueue()
        self._client = client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        client.connect_timeout = settings.timeout_s
        client.on_connect = lambda _client, _data, _flags, reason, _properties: self._note("connected", 0, reason)
        client.on_publish = lambda _client, _data, mid, reason, _properties: self._note("acknowledged", mid, reason)
        client.on_disconnect = lambda _client, _data, flags, reason, _properties: self._note(
            "lost", 0, reason if flags.is_disconnect_packet_from_server else None
        )
        if settings.user:
            client.username_pw_set(settings.user, settings.password)
        if tls is not None:
            tls.sslsocket_class = _ClosedIfRefused
            client.tls_set_context(tls)
        if will is not None:
            client.will_set(will.topic, will.payload, _QOS, will.retain)

    @property
    def is_alive(self) -> bool:
        """Return whether the broker has taken the connection and, as far as is known, still has it."""
        return bool(self._client.is_connected())

    def open(self) -> None:
        """Connect. Raises OutputError."""
        try:
            self._client.connect(
                self._settings.host, self._settings.port_used, self._settings.keep_alive_s, clean_start=True
            )
        except OSError as error:
            raise OutputError(why_unreachable(error, self.place)) from None
        self._client.loop_start()
        what, _, reason = self._next(time.monotonic() + self._timeout_s)
        if what == "lost" and reason is None:
            raise OutputError(
                f"{self.place} closed the connection before it answered as MQTT 5 does: check the port, and whether it "
                "asks for TLS, or for a certificate that it trusts"
            )
        if what == "lost" or reason.value >= _REFUSALS:
            raise connection_refused(reason.value, str(reason), self.place)

    def publish(self, publication: Publication) -> None:
        """Publish, and wait until the broker has it. Raises OutputError, RefusedMessageError."""
        properties = None
        if publication.expires_s is not None:
            properties = self._mqtt.Properties(self._mqtt.PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = publication.expires_s
        sent = self._client.publish(publication.topic, publication.payload, _QOS, publication.retain, properties)
        until_s = time.monotonic() + self._timeout_s
        while True:
            what, mid, reason = self._next(until_s)
            if what == "lost":
                if reason is not None:
                    raise publish_refused(reason.value, str(reason), self.place)
                raise OutputError(f"{self.place} closed the connection: check that the broker works")
            if what == "acknowledged" and mid == sent.mid:
                if reason.value >= _REFUSALS:
                    raise publish_refused(reason.value, str(reason), self.place)
                return

    def close(self) -> None:
        """Take leave of the broker: the will is not published."""
        self._client.disconnect()
        self._client.loop_stop()

    def abandon(self) -> None:
        """End the connection whatever state it is in: the broker publishes the will."""
        open_socket = self._client.socket()
        if open_socket is not None:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()

    def _note(self, what: _Event, mid: int, reason: Any) -> None:
        """Note in the library's thread what happened."""
        self._happened.put((what, mid, reason))

    def _next(self, until_s: float) -> tuple[_Event, int, Any]:
        """Return what happens next. Raises OutputError if nothing does."""
        try:
            return self._happened.get(timeout=max(0.0, until_s - time.monotonic()))
        except Empty:
            raise OutputError(why_unreachable(TimeoutError(), self.place)) from None

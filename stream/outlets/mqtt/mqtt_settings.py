"""The settings of the outlet `mqtt`."""

from typing import Annotated

from msgspec import Meta

from stream.outlets.tls import TlsOnRequest

_Topic = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^#+\x00/][^#+\x00]*$")]


class MqttSettings(TlsOnRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.mqtt]`."""

    host: Annotated[str, Meta(min_length=1, max_length=253, description="the broker's host")]
    port: Annotated[int, Meta(ge=0, le=65535, description="its port; 0: 1883, or 8883 with TLS")] = 0
    user: Annotated[str, Meta(max_length=200, description="user name at the broker; empty: none")] = ""
    password: Annotated[str, Meta(max_length=1000, description="its password")] = ""
    prefix: Annotated[_Topic, Meta(description="first part of each topic")] = "capillary"
    source: Annotated[
        str, Meta(max_length=100, description="stands in topics and messages instead of the source's name; empty: that")
    ] = ""
    client_id: Annotated[str, Meta(max_length=100, description="how the client identifier begins")] = "capillary"
    keep_alive_s: Annotated[
        int, Meta(ge=5, le=3600, description="the broker notices within 1.5 times as long that the program is gone, s")
    ] = 15
    timeout_s: Annotated[float, Meta(gt=0, le=300, description="longest wait for an answer, s")] = 10.0
    expires_s: Annotated[
        int, Meta(ge=0, le=2**32 - 1, description="the broker drops a reading so long after its capture, s; 0: never")
    ] = 10
    marker_text: Annotated[bool, Meta(description="send the text of markers, which may name a person")] = False
    home_assistant: Annotated[
        bool | None, Meta(description="true: tell Home Assistant of the source (MQTT discovery); false: remove that")
    ] = None
    home_assistant_prefix: Annotated[_Topic, Meta(description="its discovery prefix")] = "homeassistant"

    @property
    def port_used(self) -> int:
        """Return the port; those without a number are registered for MQTT."""
        return self.port or (8883 if self.guarded else 1883)

"""Opens addresses: `http://…`, `https://…`, `rtsp://…`, with options after a `#`."""

from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from capture.sources.network.address import address_of, proxy_of
from capture.sources.network.http_video.http_stream import HttpStream
from capture.sources.network.network_source import NetworkSource
from capture.sources.network.rtsp import RtspStream
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from stream.errors import UsageError
from stream.machine.surroundings import warn_of_ignored

Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=1000)]


class HttpOptions(msgspec.Struct, frozen=True):
    """Options of an HTTP address.

    timeout_s: how long to wait for the connection, and for each frame.
    ca: file of certificates (PEM) to trust, such as the camera's own; without it, those that the machine trusts.
    fps: how often to ask, if the address gives single pictures.
    proxy: HOST:PORT of a proxy that makes a tunnel to the camera (CONNECT); without it, the camera is asked directly.
    """

    timeout_s: Seconds = 5.0
    ca: str | None = None
    fps: Rate = 10.0
    proxy: str | None = None


class RtspOptions(msgspec.Struct, frozen=True):
    """Options of an RTSP address.

    timeout_s: how long to wait for the connection, and for each frame.
    transport: what the pictures come over. TCP loses none; UDP is for cameras that offer nothing else.
    ca: file of certificates (PEM) to trust; for rtsps.
    """

    timeout_s: Seconds = 5.0
    transport: Literal["tcp", "udp"] = "tcp"
    ca: str | None = None


def open_http(uri: SourceUri) -> NetworkSource:
    """Open `http://host/video#timeout_s=3`. Raises SourceError, UsageError."""
    warn_of_ignored()
    options = options_as(uri, HttpOptions)
    address = replace(address_of(uri), proxy=proxy_of(options.proxy))
    stream = HttpStream(address, options.timeout_s, options.ca, options.fps)
    return NetworkSource(address, stream, options.timeout_s)


def open_rtsp(uri: SourceUri) -> NetworkSource:
    """Open `rtsp://host/stream#transport=udp`. Raises SourceError, UsageError."""
    warn_of_ignored()
    options, address = options_as(uri, RtspOptions), address_of(uri)
    if address.scheme == "rtsps" and options.transport != "tcp":
        raise UsageError("rtsps: pictures over UDP are not encrypted; leave transport=udp out.")
    stream = RtspStream(address, options.timeout_s, options.transport, options.ca)
    return NetworkSource(address, stream, options.timeout_s)

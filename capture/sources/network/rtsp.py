"""Cameras that speak RTSP, through PyAV. FFmpeg may open nothing but the connection that was asked for."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote

import av
from av.container import InputContainer
from av.error import FFmpegError

from capture.sources.network.address import Address
from capture.sources.network.newest import CameraFrame
from capture.sources.network.tls_relay import TlsRelay
from capture.sources.network.video import VideoFrames
from capture.sources.video.opened import listening
from stream.errors import SourceError

_TRANSPORTS: Final = {"tcp": "tcp", "udp": "tcp,udp,rtp"}
"""What FFmpeg may open by transport: the conversation itself is TCP. HTTP, and with it a proxy, is not among them."""

_STATUS: Final = re.compile(r"method \w+ failed: (\d{3})")
_STATUS_WORDS: Final = {
    453: "it has no bandwidth left for another program",
    454: "it ended the session; try again, and look whether it serves only so many programs at the same time",
    461: "it does not offer this transport; try another one, #transport=tcp or #transport=udp",
    503: "it is busy; it may serve only so many programs at the same time",
}
"""What an answer means (RFC 2326, section 11.3), if FFmpeg has no error of its own for it."""


class RtspStream:
    """The frames of one camera; see `capture.sources.network.network_source.CameraStream`."""

    def __init__(self, address: Address, timeout_s: float, transport: str, ca_file: str | None) -> None:
        """Prepare the connection; `frames` makes it. ca_file: certificates to trust for rtsps."""
        self.fps: float | None = None
        self._address, self._timeout_s, self._transport, self._ca_file = address, timeout_s, transport, ca_file
        self._stopped = threading.Event()

    def frames(self) -> Iterator[CameraFrame]:
        """Connect, and yield frames as they come. Raises SourceError."""
        if self._address.scheme != "rtsps":
            yield from self._read(self._address)
            return
        with TlsRelay(self._address, self._timeout_s, self._ca_file) as relay:
            yield from self._read(replace(self._address, scheme="rtsp", host="127.0.0.1", port=relay.port))

    def stop(self) -> None:
        """End `frames` with the next frame, or when its time to wait is over."""
        self._stopped.set()

    def _read(self, address: Address) -> Iterator[CameraFrame]:
        with listening() as messages:
            try:
                with self._open(address) as container:
                    frames = VideoFrames(container)
                    self.fps = frames.fps
                    for frame in frames:
                        if self._stopped.is_set():
                            return
                        yield frame
            except FFmpegError as error:
                cause = _cause(error, " ".join(words for _, _, words in messages))
                raise SourceError(f"{address.label} gives no video: {cause}.") from None

    def _open(self, address: Address) -> InputContainer:
        options = {
            "rtsp_transport": self._transport,
            "protocol_whitelist": _TRANSPORTS[self._transport],
            "allowed_media_types": "video",
            "fflags": "nobuffer",
            "flags": "low_delay",
            "max_delay": "200000",
            "fpsprobesize": "2",  # or it collects frames for seconds before it gives the first one
        }
        return av.open(_url(address), options=options, timeout=(self._timeout_s, self._timeout_s))


def _url(address: Address) -> str:
    """Return the address as FFmpeg wants it."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    user = quote(address.user, safe="")
    password = f":{quote(address.password, safe='')}" if address.password else ""
    return f"{address.scheme}://{f'{user}{password}@' if user else ''}{host}:{address.port}{address.target}"


def _cause(error: FFmpegError, words: str) -> str:
    """Return why there is no video. words: what FFmpeg said; it may hold the address, and is not passed on."""
    if "not on whitelist" in words:  # FFmpeg would follow to any host, but may open no second conversation
        return "it sends its callers on to another address, which is not followed; name that one if it is the camera"
    if "Immediate exit requested" in words:
        return "it did not answer in time"
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return "it refuses the user or the password; write them as rtsp://user:password@host"
        case av.error.HTTPNotFoundError():
            return "it knows no such path"
        case ConnectionRefusedError():
            return "nothing listens there"
        case av.error.ExitError() | TimeoutError():
            return "it did not answer in time"
        case av.error.EOFError():
            return "it ended the connection"
    if (status := _STATUS.search(words)) is not None:
        return _STATUS_WORDS.get(int(status[1]), f"it answers with status {status[1]}")
    return "its answer is no RTSP that can be read, or describes no video"

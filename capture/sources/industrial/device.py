"""What the libraries for industrial cameras have in common, as `source.py` uses it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import msgspec

from capture.sources.pixel_formats import Bytes
from capture.sources.uri import SourceUri
from stream.config.optional import optional
from stream.errors import SourceError

Count = Annotated[int, msgspec.Meta(ge=1, le=16384)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=16384)]


class IndustrialOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask an industrial camera for; it may give something else, which is then used and logged.

    width, height, offset_x, offset_y: the part of the sensor, pixels. fps: frames per second. exposure_us: exposure
    time, µs. gain: in the camera's unit, mostly dB. pixel_format: PFNC name such as Mono8 or BayerRG12p. packet_size:
    bytes of a GigE Vision packet. features: any others by their GenICam names, set first, such as
    "BalanceWhiteAuto:Off,Gamma:1". timeout_s: how long to wait for a frame.
    """

    width: Count | None = None
    height: Count | None = None
    offset_x: Offset | None = None
    offset_y: Offset | None = None
    fps: Annotated[float, msgspec.Meta(gt=0, le=10_000)] | None = None
    exposure_us: Annotated[float, msgspec.Meta(gt=0, le=1e8)] | None = None
    gain: float | None = None
    pixel_format: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    packet_size: Annotated[int, msgspec.Meta(ge=64, le=65535)] | None = None
    features: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] | None = None
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 5.0


@dataclass(frozen=True, slots=True)
class FilledBuffer:
    """A frame as the library hands it over.

    data: its bytes, valid until `release`. padding: unused bytes at the end of each line. frame_id, device_ns: the
    device's number and timestamp, None if it has none. fault: why the pixels are not whole; empty if they are.
    """

    data: Bytes
    width: int
    height: int
    padding: int
    frame_id: int | None
    device_ns: int | None
    fault: str
    release: Callable[[], None]


class Features(Protocol):
    """A device's GenICam features, by their names in the Standard Features Naming Convention, as text."""

    def read(self, name: str) -> str | None:
        """Return the value; None if the device has no such feature or does not tell."""

    def write(self, name: str, value: str) -> None:
        """Set a feature. Raises SourceError with the device's reason if it refuses."""


class Device(Protocol):
    """A camera that is open.

    label: for sentences. serial: what tells it apart. buffers: how many frames the library holds; if all are filled,
    frames that come are lost.
    """

    label: str
    serial: str
    buffers: int

    @property
    def features(self) -> Features:
        """Return its features."""

    def start(self) -> None:
        """Begin to acquire. Raises SourceError."""

    def pop(self, timeout_s: float) -> FilledBuffer | None:
        """Return the oldest frame that was not taken yet; None if none came in time. Raises SourceError."""

    def close(self, *, lost: bool) -> None:
        """Stop, and let the device go. Called once; lost: it gives no more frames, and may not answer."""


def library(scheme: str, module: str, extra: str) -> Any:
    """Load a maker's library. Raises SourceError, with what to install, if it is missing.

    Such libraries are made by SWIG, whose types lack what newer Pythons warn of.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return optional(f"{scheme}:", module, extra, SourceError)


def chosen(uri: SourceUri, keys: list[tuple[str, ...]]) -> int:
    """Return the index of the device that a URI names.

    keys: by what each device is known, such as its serial number. A path that is empty means the first device, a number
    that is no device's key counts from 0. Raises SourceError if there is no such device.
    """
    wanted = uri.path.strip()
    for index, known in enumerate(keys):
        if not wanted or wanted in known:
            return index
    if wanted.isdecimal() and int(wanted) < len(keys):
        return int(wanted)
    connected = ", ".join(known[0] for known in keys) or "none"
    which = f"{uri.scheme}: has no device {wanted}" if wanted else f"{uri.scheme}: finds no device"
    raise SourceError(f"{which}. Connected: {connected}. Check cable, power and address; `sources list` shows devices.")

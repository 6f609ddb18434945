"""GigE Vision and USB3 Vision cameras through aravis: `aravis:`, `aravis:SERIAL?fps=60`, `aravis:192.168.1.20`."""

import contextlib
import ctypes
import ipaddress
import threading
from typing import Final

import numpy as np

from capture.sources.industrial.aravis_library import Aravis, aravis
from capture.sources.industrial.device import FilledBuffer, IndustrialOptions, chosen
from capture.sources.industrial.source import IndustrialSource
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from stream.errors import SourceError
from stream.machine.devices import Found

_BUFFERS: Final = 6
_WHOLE: Final = 0
_FAULTS: Final = {
    2: "its packets did not all come in time",
    3: "packets of it are missing",
    4: "its packets are numbered wrongly",
    5: "it is of another size than the camera promised",
    7: "the acquisition was stopped",
    8: "it is of a kind that aravis does not read",
}
"""By ArvBufferStatus (aravis 0.8, arvbuffer.h)."""


def open_aravis(uri: SourceUri) -> IndustrialSource:
    """Open a camera by serial number, id, index or IP address; the first if none is given. Raises SourceError."""
    options = options_as(uri, IndustrialOptions)
    library = aravis()
    name = uri.path.strip()
    if not _is_address(name):
        ids = _ids(library)
        name = ids[chosen(uri, ids)][1]
    try:
        camera = library.call("arv_camera_new", name.encode())
    except SourceError as error:
        raise SourceError(f"aravis:{uri.path} cannot be opened: {error}. Check cable, power and address.") from None
    return IndustrialSource(uri.scheme, _AravisCamera(library, camera, uri.path.strip() or name), options)


def found_aravis() -> list[Found]:
    """Return the cameras that aravis sees. Raises SourceError if it is not installed."""
    library = aravis()
    found = []
    for index, (serial, *_) in enumerate(_ids(library)):
        told = [library.call(f"arv_get_device_{one}", index) or b"" for one in ("vendor", "model", "address")]
        found.append(Found(f"aravis:{serial}", " ".join(one.decode("utf-8", "replace") for one in told if one)))
    return found


def _ids(library: Aravis) -> list[tuple[str, ...]]:
    """Return serial number and id of each camera; the id is what opens it."""
    library.call("arv_update_device_list")
    told = [
        [library.call(f"arv_get_device_{one}", index) or b"" for one in ("serial_nbr", "id")]
        for index in range(library.call("arv_get_n_devices"))
    ]
    return [tuple(one.decode("utf-8", "replace") for one in of_one) for of_one in told]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class _AravisFeatures:
    """The features of a device."""

    def __init__(self, library: Aravis, device: int) -> None:
        self._library, self._device = library, device

    def read(self, name: str) -> str | None:
        """See `device.Features`."""
        node = self._node(name)
        if node is None:
            return None
        try:
            told = self._library.call("arv_gc_feature_node_get_value_as_string", node)
        except SourceError:
            return None
        return None if told is None else str(told.decode("utf-8", "replace"))

    def write(self, name: str, value: str) -> None:
        """See `device.Features`."""
        node = self._node(name)
        if node is None:
            raise SourceError(f"there is no feature {name}")
        self._library.call("arv_gc_feature_node_set_value_from_string", node, value.encode())

    def _node(self, name: str) -> int | None:
        with contextlib.suppress(SourceError):
            if self._library.call("arv_device_is_feature_available", self._device, name.encode()):
                node: int | None = self._library.call("arv_device_get_feature", self._device, name.encode())
                return node
        return None


class _AravisCamera:
    """An open camera; see `device.Device`."""

    buffers = _BUFFERS

    def __init__(self, library: Aravis, camera: int, serial: str) -> None:
        self._library, self._camera, self._stream = library, camera, None
        self.serial, self.label = serial, f"aravis:{serial}"
        self.features = _AravisFeatures(library, library.call("arv_camera_get_device", camera))

    def start(self) -> None:
        """See `device.Device`."""
        call = self._library.call
        try:
            self._stream = call("arv_camera_create_stream", self._camera, None, None)
            payload = call("arv_camera_get_payload", self._camera)
            for _ in range(_BUFFERS):
                call("arv_stream_push_buffer", self._stream, call("arv_buffer_new_allocate", payload))
            call("arv_camera_start_acquisition", self._camera)
        except SourceError as error:
            raise SourceError(f"{self.label} does not start: {error}. Does another program use it?") from None

    def pop(self, timeout_s: float) -> FilledBuffer | None:
        """See `device.Device`."""
        call = self._library.call
        if timeout_s > 0:
            buffer = call("arv_stream_timeout_pop_buffer", self._stream, int(timeout_s * 1e6))
        else:
            buffer = call("arv_stream_try_pop_buffer", self._stream)
        if buffer is None:
            return None
        status = call("arv_buffer_get_status", buffer)
        size, padding = ctypes.c_size_t(), (ctypes.c_int(), ctypes.c_int())
        address = call("arv_buffer_get_data", buffer, ctypes.byref(size))
        whole = status == _WHOLE
        if whole:
            call("arv_buffer_get_image_padding", buffer, ctypes.byref(padding[0]), ctypes.byref(padding[1]))
        return FilledBuffer(
            data=np.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(ctypes.c_uint8)), (size.value,)),
            width=call("arv_buffer_get_image_width", buffer) if whole else 0,
            height=call("arv_buffer_get_image_height", buffer) if whole else 0,
            padding=padding[0].value,
            frame_id=call("arv_buffer_get_frame_id", buffer) or None,
            device_ns=call("arv_buffer_get_timestamp", buffer) or None,
            fault="" if whole else _FAULTS.get(status, "it is not filled"),
            release=lambda: call("arv_stream_push_buffer", self._stream, buffer),
        )

    def close(self, *, lost: bool) -> None:
        """See `device.Device`. A camera that does not answer takes 12 s to be given up: its own thread waits for it."""
        closing = threading.Thread(target=self._close, name="closing", daemon=True)
        closing.start()
        if not lost:
            closing.join()

    def _close(self) -> None:
        call = self._library.call
        with contextlib.suppress(SourceError):  # it was unplugged
            call("arv_camera_stop_acquisition", self._camera)
        for thing in (self._stream, self._camera):
            if thing is not None:
                call("g_object_unref", thing)

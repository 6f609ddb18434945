"""The part of the C library aravis 0.8 that a camera needs, called through ctypes. See docs/decisions/0008-aravis.md.

Every function keeps the name and the order of arguments of aravis' reference; a GError becomes a SourceError.
"""

import ctypes
import sys
from functools import cache
from typing import Any, Final

from stream.errors import SourceError

_FILES: Final = {"darwin": "libaravis-0.8.dylib", "win32": "libaravis-0.8-0.dll"}
_INSTALL: Final = "on Debian and Ubuntu apt-get install libaravis-0.8-0, on macOS brew install aravis"

_Pointer = ctypes.c_void_p
_Text = ctypes.c_char_p
_Whole = ctypes.c_int
_WholeOut = ctypes.POINTER(ctypes.c_int)


class _GError(ctypes.Structure):
    _fields_ = (("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", ctypes.c_char_p))


_GErrorOut = ctypes.POINTER(ctypes.POINTER(_GError))

_PLAIN: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "arv_update_device_list": (None, ()),
    "arv_get_n_devices": (ctypes.c_uint, ()),
    "arv_get_device_id": (_Text, (ctypes.c_uint,)),
    "arv_get_device_serial_nbr": (_Text, (ctypes.c_uint,)),
    "arv_get_device_address": (_Text, (ctypes.c_uint,)),
    "arv_get_device_vendor": (_Text, (ctypes.c_uint,)),
    "arv_get_device_model": (_Text, (ctypes.c_uint,)),
    "arv_camera_get_device": (_Pointer, (_Pointer,)),
    "arv_device_get_feature": (_Pointer, (_Pointer, _Text)),
    "arv_buffer_new_allocate": (_Pointer, (ctypes.c_size_t,)),
    "arv_stream_push_buffer": (None, (_Pointer, _Pointer)),
    "arv_stream_timeout_pop_buffer": (_Pointer, (_Pointer, ctypes.c_uint64)),
    "arv_stream_try_pop_buffer": (_Pointer, (_Pointer,)),
    "arv_buffer_get_status": (_Whole, (_Pointer,)),
    "arv_buffer_get_frame_id": (ctypes.c_uint64, (_Pointer,)),
    "arv_buffer_get_timestamp": (ctypes.c_uint64, (_Pointer,)),
    "arv_buffer_get_data": (_Pointer, (_Pointer, ctypes.POINTER(ctypes.c_size_t))),
    "arv_buffer_get_image_width": (_Whole, (_Pointer,)),
    "arv_buffer_get_image_height": (_Whole, (_Pointer,)),
    "arv_buffer_get_image_padding": (None, (_Pointer, _WholeOut, _WholeOut)),
    "g_object_unref": (None, (_Pointer,)),
    "g_error_free": (None, (ctypes.POINTER(_GError),)),
}
_FALLIBLE: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "arv_camera_new": (_Pointer, (_Text,)),
    "arv_camera_create_stream": (_Pointer, (_Pointer, _Pointer, _Pointer)),
    "arv_camera_get_payload": (ctypes.c_uint, (_Pointer,)),
    "arv_camera_start_acquisition": (None, (_Pointer,)),
    "arv_camera_stop_acquisition": (None, (_Pointer,)),
    "arv_device_is_feature_available": (_Whole, (_Pointer, _Text)),
    "arv_gc_feature_node_get_value_as_string": (_Text, (_Pointer,)),
    "arv_gc_feature_node_set_value_from_string": (None, (_Pointer, _Text)),
}
"""Functions whose last argument is a GError."""


class Aravis:
    """The library, loaded. Raises SourceError if it is not installed."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(_FILES.get(sys.platform, "libaravis-0.8.so.0"))
        except OSError:
            raise SourceError(f"aravis: needs the library aravis 0.8, which is not installed: {_INSTALL}") from None
        for name, (result, arguments) in _PLAIN.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments
        for name, (result, arguments) in _FALLIBLE.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, (*arguments, _GErrorOut)

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function. Raises SourceError with the library's own sentence if it fails."""
        function = getattr(self._library, name)
        if name not in _FALLIBLE:
            return function(*arguments)
        error = ctypes.POINTER(_GError)()
        result = function(*arguments, ctypes.byref(error))
        if ctypes.cast(error, _Pointer).value is None:
            return result
        said = error.contents.message.decode("utf-8", "replace")
        self._library.g_error_free(error)
        raise SourceError(said.rstrip("."))


@cache
def aravis() -> Aravis:
    """Return the library, loaded once a process. Raises SourceError if it is not installed."""
    return Aravis()

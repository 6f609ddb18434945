"""A program: aravis' fake camera, which sees pictures instead of its grey pattern.

`python -m tests.doubles.devices.gige_pictures SERIAL FILE…`. Each frame is the next of the pictures, as RGB8; of one
that is larger than the frames that are asked for, the upper left corner.
"""

import ctypes
import signal
import sys
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np

_Pointer = ctypes.c_void_p
_Fill = ctypes.CFUNCTYPE(None, _Pointer, _Pointer, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32)
"""ArvFakeCameraFillPattern (aravis 0.8, arvfakecamera.h): buffer, data, exposure in µs, gain, pixel format."""
_RGB8 = 0x02180014
"""By the Pixel Format Naming Convention."""


def serve(pictures: list[Path], serial: str) -> None:
    """Be a camera at 127.0.0.1 until the process is killed."""
    frames = cycle([np.asarray(cv2.imread(str(one), cv2.IMREAD_COLOR_RGB)) for one in pictures])
    library = ctypes.CDLL("libaravis-0.8.so.0")
    size_of = library.arv_buffer_get_image_width, library.arv_buffer_get_image_height
    for name in ("arv_buffer_get_data", "arv_gv_fake_camera_new", "arv_gv_fake_camera_get_fake_camera"):
        getattr(library, name).restype = _Pointer

    def fill(buffer: int, _data: int, _exposure_us: int, _gain: int, pixel_format: int) -> None:
        width, height = (one(_Pointer(buffer)) for one in size_of)
        frame = np.ascontiguousarray(next(frames)[:height, :width])
        assert (pixel_format, frame.shape) == (_RGB8, (height, width, 3))
        ctypes.memmove(library.arv_buffer_get_data(_Pointer(buffer), None), frame.ctypes.data, frame.nbytes)

    camera = _Pointer(library.arv_gv_fake_camera_new(b"127.0.0.1", serial.encode()))
    inner = _Pointer(library.arv_gv_fake_camera_get_fake_camera(camera))
    callback = _Fill(fill)  # the library does not keep it alive
    library.arv_fake_camera_set_fill_pattern(inner, callback, None)
    signal.pause()


if __name__ == "__main__":
    serve([Path(one) for one in sys.argv[2:]], sys.argv[1])

"""A JPEG that has come from a camera, as a frame."""

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from capture.sources.network.newest import CameraFrame
from stream.errors import FrameError
from stream.pixels.arrays import Bytes, bgr_in


def jpeg_frame(data: bytes, at_ns: int | None = None, lost_before: int = 0) -> CameraFrame:
    """Return a picture that came: its wholeness is proven at once, its pixels are decoded when they are wanted."""
    try:
        jpeg = whole_jpeg(data)
    except FrameError as error:
        words = str(error)

        def refuse(_: Bytes) -> None:
            raise FrameError(words)

        return CameraFrame(None, None, refuse, at_ns, lost_before)

    def write(out: Bytes) -> None:
        decode_jpeg(jpeg, bgr_in(out, jpeg.width, jpeg.height))

    return CameraFrame(jpeg.width, jpeg.height, write, at_ns, lost_before)

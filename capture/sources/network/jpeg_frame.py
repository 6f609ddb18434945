"""A JPEG that has come from a camera, as a frame."""

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from capture.sources.network.newest import CameraFrame
from stream.errors import FrameError
from stream.protocol.contracts import Pixels


def jpeg_frame(data: bytes, at_ns: int | None = None, lost_before: int = 0) -> CameraFrame:
    """Return a picture that came: its wholeness is proven at once, its pixels are decoded when they are wanted."""
    try:
        jpeg = whole_jpeg(data)
    except FrameError as error:
        words = str(error)

        def refuse(_: Pixels) -> None:
            raise FrameError(words)

        return CameraFrame(None, None, refuse, at_ns, lost_before)
    return CameraFrame(jpeg.width, jpeg.height, lambda out: decode_jpeg(jpeg, out), at_ns, lost_before)

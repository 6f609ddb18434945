"""JPEG pictures over HTTP: parts of a stream (multipart/x-mixed-replace), or one that is a whole answer."""

import email.utils
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from capture.sources.network.http_video.multipart import MAX_PART_BYTES, BodyPart, MultipartParser
from capture.sources.network.jpeg import decode_jpeg, whole_jpeg
from capture.sources.network.newest import CameraFrame
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels


def pictures(chunks: Iterable[bytes], boundary: bytes) -> Iterator[CameraFrame]:
    """Yield the pictures of a stream as their bytes come. Raises SourceError."""
    parser = MultipartParser(boundary)
    for chunk in chunks:
        for part in parser.feed(chunk):
            if _claims_to_be_picture(part):
                yield arrival(part.body, device_ns(part.headers))
        if parser.ended:
            return


def snapshot(chunks: Iterable[bytes]) -> CameraFrame:
    """Return the picture that is a whole answer. Raises SourceError."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_PART_BYTES:
            raise SourceError(f"The camera sends a picture of more than {MAX_PART_BYTES} bytes.")
    return arrival(bytes(body))


def arrival(data: bytes, at_ns: int | None = None, lost_before: int = 0) -> CameraFrame:
    """Return a picture that came: its wholeness is proven at once, its pixels are decoded when they are wanted."""
    try:
        jpeg = whole_jpeg(data)
    except FrameError as error:
        words = str(error)

        def refuse(_: Pixels) -> None:
            raise FrameError(words)

        return CameraFrame(None, None, refuse, at_ns, lost_before)
    return CameraFrame(jpeg.width, jpeg.height, lambda out: decode_jpeg(jpeg, out), at_ns, lost_before)


def device_ns(headers: Mapping[str, str]) -> int | None:
    """Return the camera's time of a part in ns since 1970, by X-Timestamp (seconds) or Date; None without both."""
    seconds = headers.get("x-timestamp", "")
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", seconds):
        return int(Decimal(seconds) * 1_000_000_000)
    try:
        return int(email.utils.parsedate_to_datetime(headers["date"]).timestamp()) * 1_000_000_000
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _claims_to_be_picture(part: BodyPart) -> bool:
    """Return whether a part claims to be a picture: some cameras send sound or events between them."""
    kind = part.headers.get("content-type", "image/jpeg").partition(";")[0].strip().lower()
    return kind.startswith("image/") or kind == "application/octet-stream"

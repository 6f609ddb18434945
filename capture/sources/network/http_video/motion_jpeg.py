"""JPEG pictures over HTTP: parts of a stream (multipart/x-mixed-replace), or one that is a whole answer."""

import email.utils
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from capture.sources.network.http_video.multipart import MAX_PART_BYTES, BodyPart, MultipartParser
from capture.sources.network.jpeg_frame import jpeg_frame
from capture.sources.network.newest import CameraFrame
from stream.errors import SourceError


def pictures(chunks: Iterable[bytes], boundary: bytes) -> Iterator[CameraFrame]:
    """Yield the pictures of a stream as their bytes come. Raises SourceError."""
    parser = MultipartParser(boundary)
    for chunk in chunks:
        for part in parser.feed(chunk):
            if _claims_to_be_picture(part):
                yield jpeg_frame(part.body, device_ns(part.headers))
        if parser.ended:
            return


def snapshot(chunks: Iterable[bytes]) -> CameraFrame:
    """Return the picture that is a whole answer. Raises SourceError."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_PART_BYTES:
            raise SourceError(f"The camera sends a picture of more than {MAX_PART_BYTES} bytes.")
    return jpeg_frame(bytes(body))


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

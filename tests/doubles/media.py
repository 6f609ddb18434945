"""Small recordings and pictures that tests make for themselves, whole and damaged."""

from pathlib import Path

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

WIDTH, HEIGHT = 320, 240

NO_VIDEOS = {
    "empty.mp4": b"",
    "letter.mp4": b"Dear colleague, please find attached\n" * 100,
    "list.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n",
    "concat.mkv": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "noise.avi": bytes(range(256)) * 20,
    "wave.avi": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(300),
}
"""Files that are called videos and are none."""


def card(number: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Return a picture unlike every other: a coloured ramp whose grey grows with its number, which it shows."""
    rows, columns = np.mgrid[0:height, 0:width]
    ramp = np.stack([columns * 60 // width, rows * 60 // height, (rows + columns) % 60], axis=-1)
    picture = (ramp + number * 4 % 190).astype(np.uint8)
    cv2.putText(picture, str(number), (10, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 3)
    return picture


def write_video(path: Path, codec: str = "MJPG", frames: int = 12, fps: float = 25.0) -> Path:
    """Write a recording of test cards."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, (WIDTH, HEIGHT))
    assert writer.isOpened(), f"OpenCV cannot write {codec} into {path.suffix}"
    for number in range(frames):
        writer.write(card(number))
    writer.release()
    return path


def spoil_frame(path: Path, number: int) -> None:
    """Overwrite the second half of a frame of an AVI file of JPEGs."""
    data = bytearray(path.read_bytes())
    at, size = _chunk(data, number)
    data[at + size // 2 : at + size] = bytes(size - size // 2)
    path.write_bytes(data)


def empty_frames(path: Path, *numbers: int) -> None:
    """Make frames of an AVI file empty, as a recorder leaves them if the camera gave nothing in time."""
    data = bytearray(path.read_bytes())
    index = data.rfind(b"idx1") + 8
    for number in numbers:
        at, size = _chunk(data, number)
        data[at - 4 : at + 8] = bytes(4) + b"JUNK" + (size - 8).to_bytes(4, "little")
        length = index + 16 * number + 12  # an entry is name, flags, place, size: 16 bytes
        data[length : length + 4] = bytes(4)
    path.write_bytes(data)


def _chunk(data: bytes | bytearray, number: int) -> tuple[int, int]:
    """Return place and size of a frame of an AVI file, by its index."""
    entry = data.rfind(b"idx1") + 8 + 16 * number
    place, size = (int.from_bytes(data[at : at + 4], "little") for at in (entry + 8, entry + 12))
    return data.find(b"movi") + place + 8, size


def cut(path: Path, share: float = 0.5) -> Path:
    """Copy the first part of a file, as a broken copy leaves it, to a name of its own."""
    data = path.read_bytes()
    short = path.with_name(f"cut-{path.name}")
    short.write_bytes(data[: int(len(data) * share)])
    return short


def index_first(path: Path) -> Path:
    """Copy an mp4 so that its index (moov) lies before the pictures (mdat), as made for the web."""
    data = path.read_bytes()
    boxes, at = {}, 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        boxes[data[at + 4 : at + 8]] = data[at : at + size]
        at += size
    index = bytearray(boxes[b"moov"])
    offsets = index.find(b"stco")
    for entry in range(int.from_bytes(index[offsets + 8 : offsets + 12], "big")):
        place = slice(offsets + 12 + 4 * entry, offsets + 16 + 4 * entry)
        index[place] = (int.from_bytes(index[place], "big") + len(index)).to_bytes(4, "big")
    moved = path.with_name(f"web-{path.name}")
    moved.write_bytes(boxes[b"ftyp"] + bytes(index) + boxes[b"free"] + boxes[b"mdat"])
    return moved


def trimmed(path: Path) -> Path:
    """Copy an mp4 with an edit list that shows only the first half of its frames."""
    data = bytearray(path.read_bytes())
    span = data.find(b"elst") + 12
    half = int.from_bytes(data[span : span + 4], "big") // 2
    data[span : span + 4] = half.to_bytes(4, "big")
    short = path.with_name(f"trimmed-{path.name}")
    short.write_bytes(data)
    return short


def never_closed(path: Path, share: float = 0.75) -> Path:
    """Copy a Matroska file as a killed recorder leaves it: of unknown length, and only its first `share`."""
    data = bytearray(path.read_bytes())
    size = data.find(b"\x18\x53\x80\x67") + 4
    data[size : size + 8] = b"\x01" + b"\xff" * 7
    left = path.with_name(f"left-{path.name}")
    left.write_bytes(data[: int(len(data) * share)])
    return left

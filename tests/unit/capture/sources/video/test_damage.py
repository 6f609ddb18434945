"""Damaged video: what is handed on as a frame is that frame, the others are failed rows, however often it is read."""

from pathlib import Path

import av
import numpy as np
import pytest

from capture.sources.opening import open_source
from stream.errors import FrameError
from stream.protocol.contracts import Pixels
from tests.contracts.source_contract import buffer
from tests.doubles.frames.encoded import encode
from tests.doubles.media import card

FRAMES = 12
SETTINGS = {"g": "6", "bf": "2", "x264-params": "scenecut=0:threads=1"}


def read(path: Path) -> list[Pixels | None]:
    """Return the frames of a file, None for one that failed."""
    source, found = open_source(str(path)), list[Pixels | None]()
    while source.grab() is not None:
        out = buffer(source)
        try:
            source.retrieve(out)
        except FrameError:
            found.append(None)
        else:
            found.append(out)
    source.close()
    return found


def packets(path: Path) -> list[tuple[int, int]]:
    """Return place and size of each packet, in order of decoding."""
    with av.open(str(path)) as container:
        return [(packet.pos or 0, packet.size) for packet in container.demux(video=0) if packet.size]


def damaged(path: Path, packet: int) -> None:
    """Put zeros in the place of a quarter of a packet, as a lost block of a disk leaves them."""
    data, (at, size) = bytearray(path.read_bytes()), packets(path)[packet]
    begin, end = at + size // 2, at + size * 3 // 4
    data[begin:end] = bytes(end - begin)
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.h264"])
@pytest.mark.parametrize("packet", [1, 6])
def test_no_frame_is_made_of_a_damaged_one_and_none_takes_the_place_of_another(
    tmp_path: Path, name: str, packet: int
) -> None:
    path = encode(tmp_path / name, [card(number) for number in range(FRAMES)], options=SETTINGS)
    whole = read(path)
    assert len(whole) == FRAMES
    damaged(path, packet)
    first, second = read(path), read(path)
    assert len(first) == len(second) == FRAMES
    for found, again, true in zip(first, second, whole, strict=True):
        assert (found is None) == (again is None)
        assert found is None or (true is not None and np.array_equal(found, true))
    assert any(found is None for found in first)
    group = slice(6, 12) if packet < 6 else slice(0, 6)
    assert all(found is not None for found in first[group])

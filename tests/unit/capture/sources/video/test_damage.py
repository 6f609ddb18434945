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


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_frame_that_was_left_out_spoils_those_that_build_on_it(tmp_path: Path, name: str) -> None:
    whole = encode(
        tmp_path / f"whole-{name}", [card(number) for number in range(FRAMES)], options=SETTINGS | {"bf": "0"}
    )
    path = tmp_path / name
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(packet for packet in source.demux(video=0) if packet.size):
            if number != 2:
                packet.stream = stream
                target.mux(packet)
    assert [found is None for found in read(path)] == [*(False, False), *(True,) * 3, *(False,) * 6]


@pytest.mark.parametrize("groups", ["open-gop=1:keyint=10:bframes=2", "intra-refresh=1:keyint=10"])
def test_a_frame_far_in_is_the_frame_that_comes_in_order(tmp_path: Path, groups: str) -> None:
    count, far = 130, 117
    path = encode(
        tmp_path / "a.mp4",
        [card(number % 16) for number in range(count)],
        options={"x264-params": f"scenecut=0:threads=1:{groups}"},
    )
    in_order = read(path)
    assert all(found is not None for found in in_order)
    source = open_source(str(path))
    source.seek(far)
    for number in range(far, count):
        out = buffer(source)
        assert source.grab() is not None
        source.retrieve(out)
        expected = in_order[number]
        assert expected is not None
        assert np.array_equal(out, expected)
    source.close()

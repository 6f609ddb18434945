"""What a container says before anything is decoded, and that no bytes, however wrong, make reading it fail."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capture.sources.video.containers.container import Container
from capture.sources.video.containers.recognise import recognise
from tests.doubles.media import cut, index_first, trimmed, write_video


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("a.avi", "MJPG", Container("avi", 12, places_known=True)),
        ("a.mp4", "mp4v", Container("mp4", 12)),
        ("a.mov", "mp4v", Container("mp4", 12)),
        ("a.mkv", "MJPG", Container("mkv", 12)),
        ("a.webm", "VP80", Container("mkv")),
        ("a.ts", "mp2v", Container("ts")),
    ],
)
def test_a_whole_recording(tmp_path: Path, name: str, codec: str, expected: Container) -> None:
    assert recognise(write_video(tmp_path / name, codec)) == expected


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi").rename(tmp_path / "a.mp4")
    assert recognise(path) == Container("avi", 12, places_known=True)


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("a.avi", "MJPG", Container("avi", 12, damaged=True)),
        ("a.mp4", "mp4v", Container("mp4", damaged=True)),
        ("a.mkv", "MJPG", Container("mkv", damaged=True)),
    ],
)
def test_a_recording_cut_in_half(tmp_path: Path, name: str, codec: str, expected: Container) -> None:
    assert recognise(cut(write_video(tmp_path / name, codec))) == expected


def test_an_mp4_with_its_index_first(tmp_path: Path) -> None:
    path = index_first(write_video(tmp_path / "a.mp4", "mp4v"))
    assert recognise(path) == Container("mp4", 12)
    assert recognise(cut(path)) == Container("mp4", 12, damaged=True)


def test_an_mp4_that_hides_frames_is_not_counted(tmp_path: Path) -> None:
    assert recognise(trimmed(write_video(tmp_path / "a.mp4", "mp4v"))) == Container("mp4")


def test_an_mp4_in_fragments_is_not_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "mp4v")
    path.write_bytes(path.read_bytes() + b"\0\0\0\x10moof" + bytes(8))
    assert recognise(path) == Container("mp4")


def test_an_avi_that_was_never_closed_is_not_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi")
    data = bytearray(path.read_bytes())
    length = data.find(b"strh") + 8 + 32
    data[length : length + 4] = bytes(4)
    path.write_bytes(data)
    assert recognise(path) == Container("avi", places_known=True)


STARTS = (
    b"RIFF\0\0\0\0AVI ",
    b"\0\0\0\x18ftypisom",
    b"\0\0\0\0moov",
    b"\x1a\x45\xdf\xa3",
    b"G" + bytes(187) + b"G",
    b"",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@example(start=b"\x1a\x45\xdf\xa3", rest=b"\0" * 20)
@example(start=b"\x1a\x45\xdf\xa3", rest=b"\x01\x00\x10" + b"\0" * 5)  # an element of 2^52 bytes
@example(start=b"\x1a\x45\xdf\xa3", rest=b"\x01" + b"\xff" * 6 + b"\xfe")  # of nearly 2^56
@example(start=b"\0\0\0\x01moov", rest=b"\x7f" + b"\xff" * 7)
@example(start=b"\0\0\0\x01moov", rest=b"\xff" * 8)
def test_any_bytes_are_a_container_or_none(tmp_path: Path, start: bytes, rest: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(start + rest)
    found = recognise(path)
    assert found is None or found.frame_count is None or found.frame_count > 0


@pytest.fixture(scope="module")
def small_mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("mp4") / "a.mp4", "mp4v", frames=2).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_index_with_wrong_bytes_does_no_harm(tmp_path: Path, small_mp4: bytes, data: st.DataObject) -> None:
    begin = small_mp4.find(b"moov")
    broken = bytearray(small_mp4)
    for place in data.draw(st.lists(st.integers(begin, len(broken) - 1), max_size=8)):
        broken[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "broken.mp4"
    path.write_bytes(broken)
    assert isinstance(recognise(path), Container)


def element(kind: bytes, body: bytes, *, size_known: bool = True) -> bytes:
    """Return an EBML element, its size in eight bytes, or left open."""
    return kind + ((1 << 56 | len(body)).to_bytes(8, "big") if size_known else b"\x01" + b"\xff" * 7) + body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clusters=st.lists(st.lists(st.integers(0, 60), max_size=3), max_size=3),
    size_known=st.booleans(),
    data=st.data(),
)
def test_a_matroska_of_unknown_length_is_whole_where_it_ends_with_an_element(
    tmp_path: Path, clusters: list[list[int]], size_known: bool, data: st.DataObject
) -> None:
    content = element(b"\x1a\x45\xdf\xa3", bytes(8)) + element(b"\x18\x53\x80\x67", b"", size_known=False)
    ends = {len(content)}
    for cluster in clusters:
        blocks = [element(b"\xa3", bytes(length)) for length in cluster]
        whole = element(b"\x1f\x43\xb6\x75", b"".join(blocks), size_known=size_known)
        begin = len(content) + len(whole) - sum(map(len, blocks))
        inner = {begin + sum(map(len, blocks[:count])) for count in range(len(blocks) + 1)}
        content += whole
        ends |= {len(content)} if size_known else inner
    at = data.draw(st.one_of(st.sampled_from(sorted(ends)), st.integers(min(ends), len(content))))
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[:at])
    assert recognise(path) == Container("mkv", damaged=at not in ends)

"""A body of parts is taken apart alike, however its bytes are split, and never without end."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.network.http_video.multipart import BodyPart, MultipartParser, boundary_of
from stream.errors import SourceError

PICTURES = [b"\xff\xd8 first \r\n -- frame \xff\xd9", b"\xff\xd8\xff\xd9", b"no picture\r\n\r\nat all"]


def body(
    pictures: list[bytes], *, dashes: str = "--", length: bool = True, line: str = "\r\n", preamble: bytes = b""
) -> bytes:
    """Return a body as a camera sends it."""
    sent = preamble
    for picture in pictures:
        counted = f"Content-Length: {len(picture)}{line}" if length else ""
        sent += f"{dashes}frame{line}Content-Type: image/jpeg{line}{counted}{line}".encode() + picture + line.encode()
    return sent + f"{dashes}frame{line}".encode()


def parts(pieces: list[bytes]) -> list[BodyPart]:
    parser = MultipartParser(b"frame")
    return [part for piece in pieces for part in parser.feed(piece)]


def split(data: bytes, places: list[int]) -> list[bytes]:
    """Cut `data` at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


@given(
    pictures=st.lists(st.sampled_from(PICTURES), max_size=4),
    dashes=st.sampled_from(["", "--", "----"]),
    length=st.booleans(),
    line=st.sampled_from(["\r\n", "\n"]),
    preamble=st.sampled_from([b"", b"\r\n", b"This is a camera.\r\n"]),
    places=st.lists(st.integers(0, 2000)),
)
def test_any_split_of_the_bytes_gives_the_same_parts(
    pictures: list[bytes], dashes: str, length: bool, line: str, preamble: bytes, places: list[int]
) -> None:
    sent = body(pictures, dashes=dashes, length=length, line=line, preamble=preamble)
    assert [part.body for part in parts(split(sent, places))] == pictures


@given(data=st.binary(max_size=300), places=st.lists(st.integers(0, 300)), cut=st.integers(0, 200))
def test_any_bytes_are_split_without_a_difference(data: bytes, places: list[int], cut: int) -> None:
    sent = body(PICTURES)[:cut] + data + body(PICTURES)
    assert parts(split(sent, places)) == parts([sent])


def test_a_part_of_known_length_is_there_with_its_last_byte() -> None:
    sent = body(PICTURES[:1])
    assert [part.body for part in parts([sent[: sent.index(PICTURES[0]) + len(PICTURES[0])]])] == PICTURES[:1]


@pytest.mark.parametrize("length", [5, 5000])
def test_a_part_of_another_length_than_announced_costs_no_part_after_it(length: int) -> None:
    wrong = b"--frame\r\nContent-Length: %d\r\n\r\n" % length + PICTURES[0] + b"\r\n"
    found = [part.body for part in parts([wrong + body(PICTURES)])]
    assert found[1:] == PICTURES
    assert found[0] == PICTURES[0][:length]


def test_headers_of_a_part_are_found_by_lower_case_names() -> None:
    [part] = parts([b"--frame\nX-Timestamp: 12.5\nContent-length:2\n\nab"])
    assert part.headers == {"x-timestamp": "12.5", "content-length": "2"}


def test_an_empty_part_is_a_part() -> None:
    assert [part.body for part in parts([b"--frame\r\n\r\n--frame\r\n"])] == [b""]


def test_after_the_last_boundary_nothing_follows() -> None:
    parser = MultipartParser(b"frame")
    assert [part.body for part in parser.feed(b"--frame\r\n\r\na\r\n--frame--\r\n--frame\r\n\r\nb\r\n--frame")] == [
        b"a"
    ]
    assert parser.ended


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"--frame\r\n" + b"X: y\r\n" * 5000, "more than 16384 bytes of headers"),
        (b"--frame\r\nContent-Length: 2000\r\n\r\n", "a part of 2000 bytes; 1000 are the most"),
        (b"--frame\r\n\r\n" + bytes(1100), "a part of more than 1000 bytes"),
    ],
)
def test_what_has_no_end_is_refused(sent: bytes, words: str) -> None:
    parser = MultipartParser(b"frame", max_part_bytes=1000)
    pieces = [sent[at : at + 100] for at in range(0, len(sent), 100)]
    with pytest.raises(SourceError, match=words):
        [part for piece in pieces for part in parser.feed(piece)]


def test_bytes_without_a_boundary_are_not_kept() -> None:
    parser = MultipartParser(b"frame")
    for _ in range(1000):
        assert list(parser.feed(bytes(1000))) == []
    assert [part.body for part in parser.feed(body(PICTURES))] == PICTURES


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/x-mixed-replace; boundary=frame", b"frame"),
        ("multipart/x-mixed-replace;boundary=--frame", b"frame"),
        ('multipart/x-mixed-replace; charset=x; boundary="a frame"', b"a frame"),
    ],
)
def test_the_boundary_is_read_with_and_without_dashes_and_quotes(content_type: str, boundary: bytes) -> None:
    assert boundary_of(content_type) == boundary


@pytest.mark.parametrize("content_type", ["multipart/x-mixed-replace", "multipart/x-mixed-replace; boundary=--"])
def test_an_answer_without_a_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(SourceError, match="names no boundary"):
        boundary_of(content_type)

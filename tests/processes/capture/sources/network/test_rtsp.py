"""What RTSP does on its way to a camera and from it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction

import pytest

from capture.sources.network.video import Gaps
from capture.sources.opening import open_source
from stream.errors import SourceError


@contextmanager
def answering(answer: str) -> Iterator[tuple[str, list[str]]]:
    """Answer every request with these lines; yield host and port, and what was heard."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        while request := connection.recv(10_000).decode():
                            heard.append(request)
                            number = request.partition("CSeq: ")[2].partition("\r\n")[0]
                            head, *lines = answer.splitlines()
                            connection.sendall("\r\n".join([head, f"CSeq: {number}", *lines, "", ""]).encode())

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_a_camera_that_sends_its_callers_on_is_refused() -> None:
    with answering("RTSP/1.0 200 OK") as (elsewhere, heard):
        moved = f"RTSP/1.0 302 Found\nLocation: rtsp://{elsewhere}/live"
        with answering(moved) as (place, _), pytest.raises(SourceError, match="another address, which is not followed"):
            open_source(f"rtsp://admin:secret@{place}/live")
        assert heard == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", "refuses the user or the password"),
        ("404 Not Found", "knows no such path"),
        ("454 Session Not Found", "ended the session"),
        ("461 Unsupported Transport", "#transport=udp"),
        ("503 Service Unavailable", "is busy"),
        ("405 Method Not Allowed", "status 405"),
    ],
)
def test_a_refusal_is_told_in_words(status: str, words: str) -> None:
    refusal = f'RTSP/1.0 {status}\nWWW-Authenticate: Digest realm="camera", nonce="n"'
    with answering(refusal) as (place, heard), pytest.raises(SourceError) as caught:
        open_source(f"rtsp://admin:pass-word@{place}/live?pass-word")
    assert words in str(caught.value)
    assert "pass-word" not in str(caught.value)
    assert not any("admin:pass-word" in request for request in heard)


def test_a_server_that_never_answers_costs_no_more_than_the_time_to_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SourceError, match="did not answer in time"):
        open_source(f"rtsp://127.0.0.1:{server.getsockname()[1]}/live#timeout_s=0.5")


def test_missing_frames_are_counted_by_their_times() -> None:
    gaps = Gaps(25.0)
    times = [Fraction(number, 25) for number in (0, 1, 2, 5, 6)]
    assert [gaps.before(time_s) for time_s in times] == [0, 0, 0, 2, 0]
    assert Gaps(None).before(times[0]) == 0

"""The client for other programs: one file, with pyzmq and msgpack alone."""

import ast
import asyncio
import json
import select
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

import capillary_client
from capillary_client import Feed, Message, new_keys, to_frame
from stream.errors import OutputError
from stream.outlets.zmq_publisher import Publisher
from stream.readings.run_status import RunStatusTracker
from stream.security.keyring import Keyring
from tests.doubles.readings import reading
from tests.running import eventually

HERE = Path(capillary_client.__file__)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher("tcp://127.0.0.1:*")
    yield publisher
    publisher.close()


@pytest.fixture
def feed(publisher: Publisher) -> Iterator[Feed]:
    with Feed(publisher.endpoint) as feed:
        yield subscribed(feed, publisher)


def subscribed(feed: Feed, publisher: Publisher) -> Feed:
    """Return the feed once its subscription has arrived, and nothing waits in it."""

    def arrives() -> bool:
        publisher.look()
        publisher.send(RunStatusTracker("session", "live", 1.0).status(0.0, 1))
        return feed.next(0.05) is not None

    eventually(arrives, "the subscription has arrived")
    while feed.next(0.05) is not None:
        pass
    return feed


def send(publisher: Publisher, seq: int, **fields: Any) -> None:
    """Publish a reading that was captured just now."""
    now_ns = time.time_ns()
    publisher.send(reading(seq, **{"t_capture_ns": now_ns - 20_000_000, "t_published_ns": now_ns, **fields}))


def following(feed: Feed) -> Message:
    message = feed.next(10)
    assert message is not None
    return message


def test_a_reading_comes_whole_with_its_source_and_a_value_while_it_is_current(
    publisher: Publisher, feed: Feed
) -> None:
    send(publisher, 3, source="clip")
    message = following(feed)
    assert (message.kind, message.source, message["seq"], message.density_pct) == ("reading", "clip", 3, 12.5)
    assert message.age_s >= 0.02
    send(publisher, 4, quality="poor")
    assert following(feed).density_pct is None
    send(publisher, 5, t_capture_ns=time.time_ns() - 2_000_000_000)
    assert following(feed).density_pct is None


def test_a_gap_says_how_many_frames_gave_no_reading_here(publisher: Publisher, feed: Feed) -> None:
    for seq, session in ((3, "a"), (4, "a"), (9, "a"), (0, "b")):
        send(publisher, seq, session=session)
    assert [following(feed).gap for _ in range(4)] == [0, 0, 4, 0]


def test_silence_is_said_once_until_a_reading_comes_again(publisher: Publisher, feed: Feed) -> None:
    send(publisher, 1)
    newest = following(feed)
    stale = following(feed)
    assert (stale.kind, stale.source, stale.density_pct) == ("stale", newest.source, None)
    assert newest.density_pct is None
    assert feed.next(0.2) is None
    send(publisher, 2)
    assert [following(feed).kind for _ in range(2)] == ["reading", "stale"]


def test_tasks_of_asyncio_go_on_while_it_waits(publisher: Publisher, feed: Feed) -> None:
    async def first() -> Message:
        async for message in feed:
            return message
        raise AssertionError

    async def both() -> Message:
        waiting = asyncio.create_task(first())
        await asyncio.sleep(0)
        send(publisher, 7)
        return await asyncio.wait_for(waiting, 10)

    assert asyncio.run(both())["seq"] == 7


@pytest.mark.slow  # it loads pandas
def test_readings_become_a_table_by_the_time_of_capture(publisher: Publisher, feed: Feed) -> None:
    send(publisher, 1, measures={"sharpness": 0.5}, quality_reasons=("dark", "blurred"))
    send(publisher, 2)
    found = [following(feed) for _ in range(2)]
    frame = to_frame([*found, Message("stale", "clip", {}, 0.0, True)])
    assert list(frame["seq"]) == [1, 2]
    assert frame.index[0].value == found[0]["t_capture_ns"]
    assert str(frame.index.tz) == "UTC"
    assert (frame["sharpness"].iloc[0], frame["quality_reasons"].iloc[0]) == (0.5, "dark; blurred")
    assert len(to_frame([])) == 0


def test_it_connects_again_when_the_publisher_does() -> None:
    first = Publisher("tcp://127.0.0.1:*")
    with Feed(first.endpoint) as feed:
        subscribed(feed, first)
        first.close()
        second = eventually(lambda: opened(first.endpoint), "the port is free again")
        subscribed(feed, second)
        second.close()


def opened(endpoint: str) -> Publisher | None:
    try:
        return Publisher(endpoint)
    except OutputError:
        return None


def test_what_is_no_message_is_left_out() -> None:
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.PUB) as junk:
        junk.setsockopt(zmq.LINGER, 0)
        port = junk.bind_to_random_port("tcp://127.0.0.1")
        with Feed(f"tcp://127.0.0.1:{port}") as feed:

            def arrives() -> bool:
                junk.send_multipart([b"reading.x"])
                junk.send_multipart([b"reading.x", b"\xc1"])
                junk.send_multipart([b"reading.x", b"\x80"])
                junk.send_multipart([b"reading.x", b"\x81\xa6source\xa1x"])
                junk.send_multipart([b"status.x", b"\x81\xa6source\xa1x"])
                message = feed.next(0.02)
                return message is not None and message.kind == "status"

            eventually(arrives, "a message among the junk")


def test_a_guarded_publisher_is_open_to_allowed_keys_alone(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    server_key, keys = ring.make().public.hex(), new_keys()
    ring.allow(keys[0], "ward-7")
    publisher = Publisher("tcp://127.0.0.1:*", ring)
    with (
        Feed(publisher.endpoint, server_key=server_key, own_keys=keys) as feed,
        Feed(publisher.endpoint, server_key=server_key, own_keys=new_keys()) as stranger,
    ):
        subscribed(feed, publisher)
        assert stranger.next(0.05) is None
    publisher.close()
    with pytest.raises(ValueError, match="server_key and own_keys"):
        Feed(publisher.endpoint, server_key=server_key)


def test_it_prints_lines_of_json(publisher: Publisher) -> None:
    command = [sys.executable, str(HERE), publisher.endpoint]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        output = process.stdout

        def printed() -> bool:
            publisher.look()
            send(publisher, 5)
            return bool(select.select([output], [], [], 0.02)[0])

        eventually(printed, "a line")
        assert json.loads(output.readline())["seq"] == 5
        process.kill()


def test_it_needs_pyzmq_and_msgpack_alone() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(HERE.read_text()))
        for name in ([one.name for one in node.names] if isinstance(node, ast.Import) else [])
        + ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
    }
    assert imported - set(sys.stdlib_module_names) == {"msgpack", "zmq", "pandas"}


@pytest.mark.slow
def test_it_can_be_installed(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], check=True, cwd=HERE.parent
    )
    (wheel,) = tmp_path.glob("capillary_client-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert packed.read(HERE.name) == HERE.read_bytes()

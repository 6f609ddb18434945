"""The feed as another program sees it, with pyzmq and msgpack alone: what comes is what the documents say."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgpack
import psutil
import pytest
import zmq
from jsonschema import Draft202012Validator

from tests.running import ROOT, children, command_line, eventually, free_port, page_address, running

DOCS = ROOT / "docs"
ASYNCAPI: dict[str, Any] = json.loads((DOCS / "asyncapi.json").read_text())
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Demo:
    endpoint: str
    page: str
    processes: Callable[[], list[psutil.Process]]

    def sink(self) -> psutil.Process:
        return next(one for one in self.processes() if "sink" in one.name() or "sink" in command_line(one).split())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("feed")
    config = folder / "mine.toml"
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    config.write_text(
        f'publish.endpoint = "{endpoint}"\nview.port = 0\nsink.sessions_dir = "{folder}"\nalarms.low_pct = 99\n'
        "alarms.delay_s = 0\n"
    )
    with running("-c", str(config), "demo") as process:
        yield Demo(endpoint, page_address(process), lambda: children(process))


@contextmanager
def subscribed(endpoint: str, topic: str = "") -> Iterator[Callable[[], tuple[str, dict[str, Any]]]]:
    """Yield what returns the next message."""
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        socket.setsockopt(zmq.LINGER, 0)
        socket.subscribe(topic.encode())
        socket.connect(endpoint)

        def message() -> tuple[str, dict[str, Any]]:
            name, body = socket.recv_multipart()
            return name.decode(), msgpack.unpackb(body)

        yield message


def validator(topic: str) -> Draft202012Validator:
    """Return the validator of what comes under a topic, found as a reader of the AsyncAPI document finds it."""
    kind, _, source = topic.partition(".")
    channel = ASYNCAPI["channels"][kind]
    assert channel["address"].format(source=source) == topic
    payload = ASYNCAPI["components"]["messages"][kind]["payload"]["schema"]["$ref"]
    return Draft202012Validator(json.loads((DOCS / Path(payload)).read_text()))


def test_messages_of_all_topics_are_as_the_asyncapi_document_says(demo: Demo) -> None:
    seen: set[str] = set()
    with subscribed(demo.endpoint) as message:
        message()
        httpx.post(f"{demo.page}/api/markers", json={"kind": "bolus"}).raise_for_status()
        while seen != set(ASYNCAPI["channels"]):
            topic, fields = message()
            check = validator(topic)
            check.validate(fields)
            name = check.schema["$ref"].rpartition("/")[2]
            assert set(fields) <= set(check.schema["$defs"][name]["properties"]), "every key is described"
            seen.add(topic.partition(".")[0])


def test_a_plain_subscriber_is_told_that_the_sink_hangs_and_so_is_one_that_comes_then(demo: Demo) -> None:
    with subscribed(demo.endpoint, "status.") as message:
        eventually(lambda: message()[1]["state"] == "good", "there is a value")
        demo.sink().send_signal(signal.SIGSTOP)
        try:
            last = message()[1]
            while (status := message()[1])["state"] == "good":
                last = status
            assert (status["state"], status["density_pct"]) == ("stale", None)
            assert status["t_published_ns"] - last["t_published_ns"] < 1.5e9
            with subscribed(demo.endpoint, "status.") as late:
                assert late()[1]["state"] == "stale"
        finally:
            demo.sink().send_signal(signal.SIGCONT)
        eventually(lambda: message()[1]["state"] == "good", "the sink goes on")


def test_a_publisher_that_dies_is_replaced_and_subscribers_connect_again_by_themselves(demo: Demo) -> None:
    with subscribed(demo.endpoint, "reading.") as message:
        before = message()[1]["seq"]
        next(one for one in demo.processes() if "publisher" in one.name() or "publisher" in command_line(one)).kill()
        eventually(lambda: message()[1]["seq"] > before + 10, "readings come again")

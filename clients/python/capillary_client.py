"""Readings of Capillary Stream in your own program: this file alone, with pyzmq and msgpack. Copy it, or install it.

    from capillary_client import Feed

    with Feed() as feed:
        for reading in feed.readings():
            print(reading.source, reading.density_pct)  # None: not good, or no longer current

`async for message in feed` does the same in asyncio; `to_frame` makes a pandas table of what came. The connection is
made again by itself whenever it breaks. `python capillary_client.py [ENDPOINT]` prints readings as lines of JSON.

docs/protocol.md of Capillary Stream has all keys of a message with their units.
"""

import json
import os
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgpack
import zmq
from zmq.utils import z85

ENDPOINT: Final = "tcp://127.0.0.1:5560"
KINDS: Final = ("reading", "status", "alarm", "marker")
CURRENT_S: Final = 1.0
"""How old a value may be and still be acted on."""
_LOOK_MS: Final = 50
_LONGEST: Final = 256 * 1024
"""Bytes: far above any message."""
_LOOPBACK: Final = ("tcp://127.", "tcp://localhost:", "tcp://[::1]:", "ipc:")
_HEARTBEAT_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    kind: "reading", "status", "alarm" or "marker", with its `fields`; or "stale", once, when the newest reading of the
    source has become a second old and nothing newer came: then there is no current value, whatever the cause.
    gap: of a reading: how many frames lie between it and the reading before. They were not analysed (`drops_total`
    rises by those), or this program read too slowly, or was away.
    arrived_s: by this machine's monotonic clock. one_clock: the publisher has this machine's clock, or one as exact.
    """

    kind: str
    source: str
    fields: Mapping[str, Any]
    arrived_s: float
    one_clock: bool
    gap: int = 0

    def __getitem__(self, key: str) -> Any:
        """Return a field of the message. Raises KeyError."""
        return self.fields[key]

    @property
    def age_s(self) -> float:
        """Return the time since the capture of a reading, s. It grows while you keep the reading."""
        captured_ns: int = self.fields["t_capture_ns"]
        known: float = (self.fields["t_published_ns"] - captured_ns) / 1e9 + time.monotonic() - self.arrived_s
        return max(known, time.time() - captured_ns / 1e9) if self.one_clock else known

    @property
    def density_pct(self) -> float | None:
        """Return the density of a reading, %; None unless it is good and current at this moment."""
        good = self.kind == "reading" and self.fields.get("quality") == "good" and self.age_s < CURRENT_S
        return self.fields.get("density_pct") if good else None


class Feed:
    """A subscription: iterate over it, with `for` or `async for`, or ask for the `next` message."""

    def __init__(
        self,
        endpoint: str = ENDPOINT,
        kinds: Iterable[str] = KINDS,
        *,
        server_key: str | None = None,
        own_keys: tuple[str, str] | None = None,
        one_clock: bool | None = None,
    ) -> None:
        """Subscribe to messages of these kinds.

        server_key: public key of a publisher on another machine, own_keys: public and secret key of this program, as
        `new_keys` makes them; all in 64 hexadecimal digits. The publisher must allow the public one.
        one_clock: whether the clocks of both machines agree; by default only if the publisher is on this one.
        Raises ValueError if a key is no key, zmq.ZMQError if the endpoint is none.
        """
        if (server_key is None) != (own_keys is None):
            raise ValueError("give server_key and own_keys, or neither")
        self._one_clock = endpoint.startswith(_LOOPBACK) if one_clock is None else one_clock
        self._newest: dict[str, Message] = {}
        self._lapsed: set[str] = set()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
        self._socket.setsockopt(zmq.HEARTBEAT_IVL, _HEARTBEAT_MS)  # a cable that was pulled breaks no connection
        self._socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3 * _HEARTBEAT_MS)
        for kind in kinds:
            self._socket.subscribe(f"{kind}.".encode())
        try:
            if server_key is not None and own_keys is not None:
                self._socket.curve_serverkey = bytes.fromhex(server_key)
                self._socket.curve_publickey, self._socket.curve_secretkey = map(bytes.fromhex, own_keys)
            self._socket.connect(endpoint)
        except (ValueError, zmq.ZMQError):
            self.close()
            raise

    def next(self, timeout_s: float = float("inf")) -> Message | None:
        """Return the next message; None if none came in time."""
        until_s = time.monotonic() + timeout_s
        while True:
            message = self._stale()
            if message is None and self._socket.poll(_LOOK_MS):
                message = self._taken(self._socket.recv_multipart())
            if message is not None or time.monotonic() >= until_s:
                return message

    def __iter__(self) -> Iterator[Message]:
        """Yield every message, without end."""
        while True:
            message = self.next()
            if message is not None:
                yield message

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Yield every message, without end, while other tasks go on."""
        import zmq.asyncio

        socket = zmq.asyncio.Socket.from_socket(self._socket)
        while True:
            message = self._stale()
            if message is None and await socket.poll(_LOOK_MS):
                message = self._taken(await socket.recv_multipart())
            if message is not None:
                yield message

    def readings(self) -> Iterator[Message]:
        """Yield readings, and "stale" when there is no current one any more."""
        return (message for message in self if message.kind in ("reading", "stale"))

    def close(self) -> None:
        """End the subscription."""
        self._socket.close()
        self._context.term()

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stale(self) -> Message | None:
        """Return that a source has no current reading any more, once for each time."""
        for source, newest in self._newest.items():
            if source not in self._lapsed and newest.age_s >= CURRENT_S:
                self._lapsed.add(source)
                return Message("stale", source, newest.fields, newest.arrived_s, self._one_clock)
        return None

    def _taken(self, parts: list[bytes]) -> Message | None:
        """Return what came; None if it is no message of this protocol."""
        try:
            topic, body = parts
            fields = msgpack.unpackb(body)
            kind, source = topic.decode().partition(".")[0], str(fields["source"])
            message = Message(kind, source, fields, time.monotonic(), self._one_clock)
            return message if kind != "reading" else self._with_gap(message)
        except (ValueError, TypeError, KeyError, msgpack.UnpackException):
            return None

    def _with_gap(self, reading: Message) -> Message:
        """Return a reading with its gap. Raises KeyError or TypeError if it is none."""
        before = self._newest.get(reading.source)
        gap = 0
        if before is not None and before["session"] == reading["session"]:
            gap = max(reading["seq"] - before["seq"] - 1, 0)
        reading = Message("reading", reading.source, reading.fields, reading.arrived_s, reading.one_clock, gap)
        if reading.age_s < CURRENT_S:
            self._lapsed.discard(reading.source)
        self._newest[reading.source] = reading
        return reading


def new_keys() -> tuple[str, str]:
    """Return a new public and secret key, in hexadecimal digits. Keep the secret one where only you can read it."""
    public, secret = (z85.decode(key).hex() for key in zmq.curve_keypair())
    return public, secret


def history(
    page: str = "http://127.0.0.1:8765", since_s: float = 60.0, token: str | None = None
) -> list[dict[str, Any]]:
    """Return the readings of the last seconds from the page, oldest first: those from before you subscribed.

    Raises OSError if the page is not there, or refuses.
    """
    request = urllib.request.Request(f"{page}/api/readings?since_s={since_s:g}")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the page is asked directly
    with opener.open(request, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)
        return found


def to_frame(readings: Iterable[Message | Mapping[str, Any]]) -> Any:
    """Return a pandas.DataFrame of readings, from the feed or from `history`, by the UTC time of their capture.

    Measures are columns of their own. Other messages are left out.
    """
    import pandas

    rows = []
    for reading in readings:
        if isinstance(reading, Message) and reading.kind != "reading":
            continue
        fields = dict(reading.fields if isinstance(reading, Message) else reading)
        measures = fields.pop("measures", {})
        rows.append({**fields, **measures, "quality_reasons": "; ".join(fields["quality_reasons"])})
    frame = pandas.DataFrame(rows, columns=None if rows else ["t_capture_ns"])
    frame.index = pandas.DatetimeIndex(
        pandas.to_datetime(frame.pop("t_capture_ns"), unit="ns", utc=True), name="t_capture"
    )
    return frame


def main() -> None:
    """Print readings as lines of JSON; a line with `"stale": true` if there is no current one any more."""
    with Feed(sys.argv[1] if len(sys.argv) > 1 else ENDPOINT, ["reading"]) as feed:
        for message in feed:
            line = {"stale": True, "source": message.source} if message.kind == "stale" else message.fields
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):  # the end of a pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""A ZeroMQ SUB socket whose messages come as JSON lines: what `subscribe` prints."""

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
import zmq

from stream.console.text import counted
from stream.errors import UsageError, WireError
from stream.machine.memory import MOST_GROWTH_MB, MemoryGrowth
from stream.outlets.outlet import Published
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.wire import decode
from stream.readings.freshness import Freshness
from stream.security.endpoints import connect
from stream.security.key_pair import Keys, use_curve

log = logging.getLogger("capillary.subscriber")

_LONGEST: Final = 256 * 1024
"""Bytes: far above any reading without its picture, and little enough to be read whatever it holds."""
_CURRENT_S: Final = 1.0
"""How old a value may be. Statuses come four a second: after so long without one, the publisher hangs or is gone."""
_LOOK_MS: Final = 50
_RARE: Final = ("alarm", "marker")
_LAPSED: Final = "The last value is a second old and nothing newer came: it is no longer current."


@dataclass(frozen=True, slots=True)
class Credentials:
    """own: this machine's key pair; publisher: the publisher's public key, 32 bytes."""

    own: Keys
    publisher: bytes


def json_lines(
    endpoint: str,
    topic: str,
    credentials: Credentials | None = None,
    say: Callable[[str], None] = log.warning,
    timeout_s: float = 5.0,
) -> Iterator[str]:
    """Yield every message whose topic begins so as a JSON line, without end.

        for line in json_lines("tcp://127.0.0.1:5560", "reading."):
            print(json.loads(line)["density_pct"])

    If the last value gets older than a second, the last status comes once more, as `stale` and without its value.
    say: called with a sentence when that happens, when something is dropped because it is no message, and once if
    after `timeout_s` there is no answer, or the publisher does not let this program in.
    Raises UsageError if that is no endpoint, WireError if the publisher makes memory grow.
    """
    with _connected(endpoint, topic, credentials, time.monotonic() + timeout_s) as (socket, handshake):
        arrivals, last, growth = _Arrivals(socket, say), _Last(), MemoryGrowth()
        while True:
            if not handshake.succeeds():
                say(_connection_hint(endpoint, answered=handshake.answered, keyed=credentials is not None))
            if growth.mb() > MOST_GROWTH_MB:
                raise WireError(f"{endpoint} sends what is no message and fills memory. Who publishes there?")
            if last.lapses(time.monotonic_ns()):
                say(_LAPSED)
                if last.status and last.status.get("state") != "ended":
                    yield json.dumps(last.status | {"state": "stale", "density_pct": None})
            received = arrivals.receive()
            if received is None:
                continue
            if not topic.startswith(_RARE):  # alarms and markers alone are no sign of life
                last.take(received, time.monotonic_ns())
            yield received.text


@contextlib.contextmanager
def _connected(
    endpoint: str, topic: str, credentials: Credentials | None, until_s: float
) -> Iterator[tuple["zmq.Socket[bytes]", "_Handshake"]]:
    """Yield a subscribed socket and the state of its handshake. Raises UsageError if that is no endpoint."""
    refusal = UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560')
    port = endpoint.rpartition(":")[2]
    if endpoint.startswith("tcp://") and not (port.isdigit() and 0 < int(port) < 2**16):
        raise refusal
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
    if credentials is not None:
        use_curve(socket, credentials.own, credentials.publisher)
    handshake = _Handshake(socket, until_s)
    try:
        try:
            connect(socket, endpoint)
        except zmq.ZMQError as error:
            raise refusal from error
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        yield socket, handshake
    finally:
        handshake.close()
        socket.close()
        context.term()


class _Handshake:
    """How far a socket got with the publisher, watched until it succeeds, or until `until_s` of the monotonic clock.

    ZeroMQ itself connects again and again without a word, whether nothing answers or a key is refused.
    """

    def __init__(self, socket: "zmq.Socket[bytes]", until_s: float) -> None:
        self.answered = False
        self._socket, self._until_s = socket, until_s
        self._watched = True
        self._monitor = socket.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)

    def succeeds(self) -> bool:
        """Wait for the publisher. Return False, only once, if the time is over; then it is watched no more."""
        from zmq.utils.monitor import parse_monitor_message  # it loads asyncio

        while self._watched:
            if not self._monitor.poll(max(0, round(1000 * (self._until_s - time.monotonic())))):
                self._watched = False
                return False
            event = parse_monitor_message(self._monitor.recv_multipart())["event"]
            self.answered = True
            self._watched = event != zmq.Event.HANDSHAKE_SUCCEEDED
        return True

    def close(self) -> None:
        """Watch no more. To be called before the socket is closed."""
        self._socket.disable_monitor()
        self._monitor.close(linger=0)


def _connection_hint(endpoint: str, *, answered: bool, keyed: bool) -> str:
    """Return why there is no connection, and what to do."""
    if not answered:
        return f"Nothing answers on {endpoint}; still waiting. Does the program run there, and publish there?"
    if keyed:
        return (
            f"{endpoint} does not let this machine in; still waiting. Allow its key there (`keys list` here, `keys "
            "allow` there), and check that --key is that machine's (`keys list` there)."
        )
    return f"{endpoint} does not let this machine in; still waiting. It may ask for keys: see `keys --help`, and --key."


@dataclass(frozen=True, slots=True)
class _Line:
    """A message, all its fields, also those that only a newer program knows, and the same as a line of JSON."""

    message: Published
    fields: dict[str, object]
    text: str


class _Arrivals:
    """What arrives at the socket; `say` is called when something is dropped."""

    def __init__(self, socket: "zmq.Socket[bytes]", say: Callable[[str], None]) -> None:
        self._socket, self._say = socket, say
        self._dropped = 0

    def receive(self) -> _Line | None:
        """Return the next message; None if none came for a moment, or what came was no message."""
        if not self._socket.poll(_LOOK_MS):
            return None
        try:
            return _read(self._socket.recv_multipart())
        except WireError as error:
            self._dropped += 1
            if str(self._dropped).strip("0") == "1":  # said at 1, 10, 100: a flood must not fill the terminal
                self._say(f"{counted(self._dropped, 'message')} dropped so far: {error}")
            return None


def _read(parts: list[bytes]) -> _Line:
    """Read the two parts of a message. Raises WireError if it is none of the published ones."""
    if len(parts) != 2:
        raise WireError(f"a message has two parts, not {len(parts)}")
    message = decode(parts[1])
    if not isinstance(message, Published):
        raise WireError("it is of a kind that is not published")
    try:
        fields = msgspec.msgpack.decode(parts[1], type=dict[str, object])
        return _Line(message, fields, json.dumps(fields, allow_nan=False))
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"not a message of this protocol: {error}") from error


@dataclass(slots=True)
class _Last:
    """The last status, and how fresh the last value is by the monotonic clock; None once it is no longer current."""

    status: dict[str, object] = field(default_factory=dict)
    freshness: Freshness | None = None

    def take(self, received: _Line, now_ns: int) -> None:
        """Take a message; only statuses and readings say whether there is a current value."""
        message = received.message
        if isinstance(message, RunStatus):
            self.status = received.fields
            self.freshness = _freshness(message.age_ms if message.mode != "replay" else None, now_ns)
        elif isinstance(message, DensityReading):
            self.freshness = _freshness((message.t_published_ns - message.t_capture_ns) / 1e6, now_ns)

    def lapses(self, now_ns: int) -> bool:
        """Decide whether the value is no longer current; true once per value."""
        over = self.freshness is not None and not self.freshness.is_current(now_ns, _CURRENT_S)
        if over:
            self.freshness = None
        return over


def _freshness(age_ms: float | None, now_ns: int) -> Freshness:
    """Return the freshness of a value that came with an age.

    A value that was older than the limit when it was sent is current or not by its publisher's own measure, and so says
    its status; here the silence after it counts alone. So it does if the clocks give a negative age.
    """
    known = age_ms is not None and 0 <= age_ms < 1e3 * _CURRENT_S
    return Freshness(age_ms if known and age_ms is not None else 0.0, now_ns)

"""What `subscribe` does: a ZeroMQ SUB socket, each message as one JSON line."""

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
from stream.machine.memory import MemoryGrowth
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.wire import decode
from stream.readings.freshness import Freshness
from stream.security.key_pair import Keys, use_curve

log = logging.getLogger("capillary.subscriber")

_LONGEST: Final = 256 * 1024
"""Bytes: far above any reading without its picture, and little enough to be read whatever it holds."""
_CURRENT_S: Final = 1.0
"""How old a value may be. Statuses come four a second: who publishes hangs, or is gone, where none came for so long."""
_LOOK_MS: Final = 50
_MOST_GROWTH_MB: Final = 96.0
_RARE: Final = ("alarm", "marker")
_LAPSED: Final = "The last value is a second old and nothing newer came: it is no longer current."

_Published = DensityReading | RunStatus | AlarmEvent | Marker


@dataclass(frozen=True, slots=True)
class Credentials:
    """own: this machine's pair; publisher: the public key of who publishes, 32 bytes."""

    own: Keys
    publisher: bytes


def json_lines(
    endpoint: str,
    topic: str,
    credentials: Credentials | None = None,
    say: Callable[[str], None] = log.warning,
    patience_s: float = 5.0,
) -> Iterator[str]:
    """Messages whose topic begins so, for ever.

    Where the last value gets older than a second, the last status comes once more, as `stale` and without its value.
    say: is told of that, of what was dropped because it is no message, and once where after `patience_s` nobody
    answered, or nobody let this program in.
    Raises UsageError where the endpoint is not one, WireError where who publishes there makes memory grow.
    """
    port = endpoint.rpartition(":")[2]
    if endpoint.startswith("tcp://") and not (port.isdigit() and 0 < int(port) < 2**16):
        raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560')
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
    if credentials is not None:
        use_curve(socket, credentials.own, credentials.publisher)
    door = _Door(socket, time.monotonic() + patience_s)
    try:
        try:
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560') from error
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        last, grown, dropped = _Last(), MemoryGrowth(), 0
        while True:
            if not door.opened():
                say(_why_shut(endpoint, answered=door.answered, keyed=credentials is not None))
            if grown.mb() > _MOST_GROWTH_MB:
                raise WireError(f"{endpoint} sends what is no message and fills memory. Who publishes there?")
            if last.lapses(time.monotonic_ns()):
                say(_LAPSED)
                if last.status and last.status.get("state") != "ended":
                    yield json.dumps(last.status | {"state": "stale", "density_pct": None})
            if not socket.poll(_LOOK_MS):
                continue
            try:
                message, fields, line = _read(socket.recv_multipart())
            except WireError as error:
                dropped += 1
                if str(dropped).strip("0") == "1":  # 1, 10, 100: a flood of them is told of, and fills no terminal
                    say(f"{counted(dropped, 'message')} dropped so far: {error}")
                continue
            if not topic.startswith(_RARE):
                last.take(message, fields, time.monotonic_ns())
            yield line
    finally:
        door.close()
        socket.close()
        context.term()


class _Door:
    """How far a socket came with whom it connects to, until `until_s` of the monotonic clock."""

    def __init__(self, socket: "zmq.Socket[bytes]", until_s: float) -> None:
        self.answered = False
        self._socket, self._until_s = socket, until_s
        self._watched = True
        self._monitor = socket.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)

    def opened(self) -> bool:
        """Wait for the other side. False, once, where it did not let this one in; then nobody is watched any more."""
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
        """Before the socket is closed."""
        self._socket.disable_monitor()
        self._monitor.close(linger=0)


def _why_shut(endpoint: str, *, answered: bool, keyed: bool) -> str:
    if not answered:
        return f"Nothing answers on {endpoint}; still waiting. Does the program run there, and publish there?"
    if keyed:
        return (
            f"{endpoint} does not let this machine in; still waiting. Allow its key there (`keys list` here, `keys "
            "allow` there), and check that --key is that machine's (`keys list` there)."
        )
    return f"{endpoint} does not let this machine in; still waiting. It may ask for keys: see `keys --help`, and --key."


def _read(parts: list[bytes]) -> tuple[_Published, dict[str, object], str]:
    """A message, all its fields, newer ones too, and its line. Raises WireError where it is none of the published."""
    if len(parts) != 2:
        raise WireError(f"a message has two parts, not {len(parts)}")
    message = decode(parts[1])
    if not isinstance(message, _Published):
        raise WireError("it is of a kind that is not published")
    try:
        fields = msgspec.msgpack.decode(parts[1], type=dict[str, object])
        return message, fields, json.dumps(fields, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"not a message of this protocol: {error}") from error


@dataclass(slots=True)
class _Last:
    """The last status, and how fresh the last value is by the monotonic clock; None once it is no longer current."""

    status: dict[str, object] = field(default_factory=dict)
    freshness: Freshness | None = None

    def take(self, message: _Published, fields: dict[str, object], now_ns: int) -> None:
        """Take a message; only statuses and readings say whether there is a current value."""
        if isinstance(message, RunStatus):
            self.status = fields
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

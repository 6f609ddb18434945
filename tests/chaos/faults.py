"""What can be done to a running program, one function per kind. Each returns when the fault is over."""

import contextlib
import random
import signal
import time
from pathlib import Path
from typing import Final

import psutil
import zmq

from stream.errors import WireError
from stream.protocol.wire import decode
from tests.chaos.disk import fill
from tests.chaos.pipeline import Life
from tests.fuzz.mutation import mutated
from tests.fuzz.wire import SAMPLES

_JUNK: Final = 50
_SENT_MS: Final = 1000


def kill(victim: Life) -> None:
    """Kill it, as kill -9 from outside does."""
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.process.kill()


def suspend(victim: Life, seconds: float) -> None:
    """Suspend it for so long. Longer than a deadline, this is a hang: then it is dead when it should go on."""
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)  # the fault itself
        victim.process.send_signal(signal.SIGCONT)


def kill_on_full_disk(victim: Life, disk: Path, seconds: float) -> None:
    """Fill the disk of the results for so long, and kill a process meanwhile."""
    ballast = fill(disk)
    kill(victim)
    time.sleep(seconds)  # the fault itself
    ballast.unlink()


def molest(victim: Life, chance: random.Random) -> None:
    """Send to its socket what is no message of this protocol, though it looks like one."""
    with zmq.Context[zmq.Socket[bytes]]() as context, context.socket(zmq.PUSH) as stranger:
        stranger.setsockopt(zmq.SNDTIMEO, _SENT_MS)
        stranger.connect(f"ipc://{victim.inbox}")
        with contextlib.suppress(zmq.Again):  # it is dead by now
            for junk in _junk(chance):
                stranger.send(junk)
        stranger.close(linger=_SENT_MS)


def _junk(chance: random.Random) -> list[bytes]:
    damaged = (mutated(chance.choice(SAMPLES), chance) for _ in range(_JUNK))
    return [data for data in damaged if not _is_message(data)]


def _is_message(data: bytes) -> bool:
    """Return whether it is a whole message: such a one could do anything, and only the run's own user can send it."""
    try:
        decode(data)
    except WireError:
        return False
    return True

"""Spreads frames over actors on Ray: the paper's proposed system, and the way to a cluster for archives.

Helmy et al. 2022, section III-B: the driver submits tasks, frames lie in the object store, and "the scheduler retries
executing it on the worker processor, if a task fails due to a worker process ending unexpectedly". Needs the extra
`cluster`. Without an address Ray runs on loopback alone, reports nothing to anyone, and ends with this process.
"""

import contextlib
import logging
import os
import secrets
import signal
import socket
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final

from stream.config.engine_choice import EngineChoice
from stream.engines.in_order import InOrder
from stream.engines.ray_keeper import private_folder
from stream.engines.step import Frames, Step, StepMaker, Tally, raise_named, reading_of
from stream.errors import EngineError, StreamError, UsageError
from stream.machine.processes import name_process
from stream.pixels.arrays import Bytes
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.wire import decode, encode

_AHEAD: Final = 2  # frames that an actor may have waiting
_DEATHS: Final = 5  # of one actor, and of one frame, before the run is given up
_REACHABLE_S: Final = 5.0
_STORE_BYTES: Final = 512 * 2**20
_ENVIRONMENT: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else a program started by `uv run` is packed up and installed again
    "RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES": "",  # what a cluster is not sent is said below
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Read by Ray when it is imported."""

_SENT: Final = {
    "working_dir": str(Path(__file__).resolve().parents[2]),
    "excludes": [".venv", ".git", "tests", "docs", "out", "artefacts", "**/__pycache__", ".*_cache"],
}
"""The checkout, as it is sent to a cluster."""
_IN_CHECKOUT: Final = __name__.startswith("stream.")
"""An installed package is not sent: it is installed on every machine of the cluster."""


class Analyst:
    """An actor: one step, made once."""

    def __init__(self, maker: StepMaker, number: int) -> None:
        name_process(f"worker-{number}")
        self._maker, self._number = maker, number
        self._step: Step | None = None

    def prepare(self) -> tuple[str, str] | None:
        """Make the step; return the kind of error and its sentence if that fails, else None."""
        try:
            self._step = self._maker.make(self._number)
        except StreamError as error:
            return type(error).__name__, str(error)
        return None

    def read(self, head: bytes, memory: Bytes) -> bytes:
        """Return a frame's encoded reading. An actor that Ray has restarted makes its step anew."""
        self._step = self._step or self._maker.make(self._number)
        header = decode(head)
        assert isinstance(header, FrameHeader)
        return self._step(header, FrameImage(memory, header.width, header.height, header.layout))


def ray_engine(
    frames: Frames, maker: StepMaker, choice: EngineChoice, tally: Tally
) -> Generator[DensityReading, None, None]:
    """See `stream.engines.step.Engine`. Without an address it starts a Ray of its own."""
    ray = _library(choice.address)
    with contextlib.ExitStack() as stack:
        with own_signals():
            _begin(ray, maker.session, choice, stack)
        actor = ray.remote(num_cpus=1, max_restarts=_DEATHS, max_task_retries=_DEATHS)(Analyst)
        actors = [actor.remote(maker, number) for number in range(choice.workers)]
        try:
            for failure in ray.get([one.prepare.remote() for one in actors]):
                if failure is not None:
                    raise_named(*failure)
            yield from _drive(ray, frames, actors, tally)
        except ray.exceptions.RayError as error:
            raise EngineError(f"Ray lost a worker more than {_DEATHS} times, or itself failed: {error}") from error
        finally:
            for one in actors:  # a shared cluster would keep them running
                ray.kill(one)


def _drive(ray: Any, frames: Frames, actors: list[Any], tally: Tally) -> Iterator[DensityReading]:
    """Hand out frames, never more than two to an actor, and yield the readings in order."""
    order = InOrder()
    idle = deque(actors * _AHEAD)
    at_work: dict[Any, Any] = {}

    def take() -> Iterator[DensityReading]:
        (done, *_), _ = ray.wait(list(at_work))
        idle.append(at_work.pop(done))
        data = ray.get(done)
        tally.handed_bytes += len(data)
        return order.came(reading_of(data))

    for header, image in frames:
        if not idle:
            yield from take()
        worker = idle.popleft()
        order.handed_out(header.seq)
        head = encode(header)
        at_work[worker.read.remote(head, ray.put(image.memory))] = worker
        tally.handed_bytes += len(head) + image.memory.nbytes  # into the object store, which workers map
    while at_work:
        yield from take()


def _library(address: str | None) -> Any:
    os.environ |= _ENVIRONMENT
    if address is None:  # other users of this machine reach loopback too; a cluster has its own token, or none
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # its name for: listen on loopback alone
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
    except ModuleNotFoundError as error:
        raise EngineError(
            "The engine ray needs Ray, which is not installed: uv sync --extra cluster, or uv pip install ray."
        ) from error
    return ray


@contextlib.contextmanager
def own_signals() -> Iterator[None]:
    """Restore the handlers of signals after the block: Ray takes SIGTERM for a crash of its driver."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _begin(ray: Any, session: str, choice: EngineChoice, stack: contextlib.ExitStack) -> None:
    address = choice.address
    if address is not None:
        _check_reachable(address)
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    stack.callback(ray.shutdown)
    try:
        if address is not None:
            ray.init(address=address, runtime_env=_SENT if _IN_CHECKOUT else {}, **quiet)
            return
        ray.init(
            address="local",
            num_cpus=choice.workers,
            num_gpus=0,
            include_dashboard=False,
            object_store_memory=_STORE_BYTES,
            _temp_dir=str(stack.enter_context(private_folder(session))),
            **quiet,
        )
        stack.callback(ray.shutdown)
    except (ConnectionError, ValueError, RuntimeError) as error:
        where = f"The Ray cluster at {address} cannot be reached" if address is not None else "Ray cannot be started"
        raise EngineError(f"{where}: {str(error).splitlines()[0]}") from error


def _check_reachable(address: str) -> None:
    """Raise EngineError if nothing listens there, UsageError if it is no address; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f"--address is host:port of a Ray cluster's head, such as 10.0.0.5:6379; not '{address}'")
    try:
        socket.create_connection((host, int(port)), _REACHABLE_S).close()
    except (OSError, OverflowError) as error:
        raise EngineError(
            f"No Ray cluster answers at {address}: {error}. Start one with `ray start --head`."
        ) from error

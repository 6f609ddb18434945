"""Controller, router and workers over ZeroMQ, pixels in the messages: the paper's baseline parallel architecture.

Helmy et al. 2022, section III-B: "a baseline parallel system uses some controller and router to prevent the worker's
potential overloading with tasks"; both are processes of their own beside the workers, and analyse nothing. A frame
whose worker dies is not sent again: that is what their proposed system adds.
"""

import contextlib
import multiprocessing
from collections import deque
from collections.abc import Generator, Iterator
from multiprocessing.process import BaseProcess
from typing import Any, Final

import numpy as np
import zmq

from stream.config.engine_choice import EngineChoice
from stream.engines.in_order import InOrder
from stream.engines.step import Frames, StepMaker, Tally, raise_named, reading_of
from stream.errors import EngineError, StreamError
from stream.machine.processes import end_with_parent, name_process
from stream.machine.run_folder import RunFolder
from stream.machine.signals import deaf_to_signals
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.wire import decode, encode

_AHEAD: Final = 2  # frames that a worker may have waiting
_LOOK_MS: Final = 100
_JOIN_S: Final = 1.0
_READY: Final = b"ready"
_READING: Final = b"reading"
_ERROR: Final = b"error"

Endpoints = tuple[str, str]


def router(
    frames: Frames, maker: StepMaker, choice: EngineChoice, tally: Tally
) -> Generator[DensityReading, None, None]:
    """See `stream.engines.step.Engine`. This process is the controller."""
    folder = RunFolder(maker.session)
    with contextlib.ExitStack() as stack:
        stack.callback(folder.close)
        endpoints = f"ipc://{folder.path}/controller", f"ipc://{folder.path}/workers"
        context: zmq.Context[zmq.Socket[bytes]] = stack.enter_context(zmq.Context())
        controller = stack.enter_context(_connected(context, endpoints[0]))
        controller.send(b"")  # so that the router knows whom to answer
        started: list[BaseProcess] = []
        stack.callback(_stop, started)
        started.append(_start(_route, "router", endpoints))
        started += [_start(_work, f"worker-{number}", maker, number, endpoints[1]) for number in range(choice.workers)]
        for _ in range(choice.workers):
            _answer(controller, started)
        yield from _control(frames, controller, started, choice.workers * _AHEAD, tally)


def _control(
    frames: Frames, controller: "zmq.Socket[bytes]", processes: list[BaseProcess], most: int, tally: Tally
) -> Iterator[DensityReading]:
    """Hand out frames, never more than `most` at a time, and yield the readings in order."""
    order = InOrder()
    in_flight = 0

    def take() -> Iterator[DensityReading]:
        data = _answer(controller, processes)
        tally.handed_bytes += 2 * len(data)  # worker to router to controller
        return order.came(reading_of(data))

    for header, image in frames:
        if in_flight == most:
            in_flight -= 1
            yield from take()
        order.handed_out(header.seq)
        head = encode(header)
        controller.send_multipart([head, image.memory.data], copy=False)
        tally.handed_bytes += 2 * (len(head) + image.memory.nbytes)  # controller to router to worker
        in_flight += 1
    for _ in range(in_flight):
        yield from take()


def _answer(controller: "zmq.Socket[bytes]", processes: list[BaseProcess]) -> bytes:
    """Return the next encoded reading, empty from a worker that is ready. Raises what a worker raised, EngineError."""
    _check_alive(processes)  # also while others answer: the frame of a dead worker never comes
    while not controller.poll(_LOOK_MS):
        _check_alive(processes)
    kind, *content = controller.recv_multipart()
    if kind == _ERROR:
        raise_named(*(part.decode() for part in content))
    return content[0] if content else b""


def _check_alive(processes: list[BaseProcess]) -> None:
    """Raise EngineError if one has died."""
    for process in processes:
        if not process.is_alive():
            raise EngineError(
                f"{process.name} of the engine router died (exit code {process.exitcode}); "
                "this engine does not send its frames to another. Use --engine stream."
            )


def _route(endpoints: Endpoints) -> None:
    """Run the router: pass each frame to the worker that was idle longest; while none is idle, leave frames waiting."""
    with zmq.Context() as context:
        front, back = (_bound(context, endpoint) for endpoint in endpoints)
        with front, back:
            idle: deque[bytes] = deque()
            controller = b""
            while True:
                ready = [back, front] if idle else [back]
                arrived = zmq.select(ready, [], [])[0]
                if back in arrived:
                    worker, *message = back.recv_multipart(copy=False)
                    if message[0].bytes != _ERROR:
                        idle.append(worker.bytes)
                    while not controller:  # the first word is the controller's
                        controller = front.recv_multipart()[0]
                    front.send_multipart([controller, *message], copy=False)
                elif front in arrived:
                    _, *frame = front.recv_multipart(copy=False)
                    back.send_multipart([idle.popleft(), *frame], copy=False)


def _work(maker: StepMaker, number: int, endpoint: str) -> None:
    """Run a worker: report that it is ready, then send a reading for every frame."""
    with zmq.Context() as context, _connected(context, endpoint) as socket:
        try:
            step = maker.make(number)
        except StreamError as error:
            socket.send_multipart([_ERROR, type(error).__name__.encode(), str(error).encode()])
            socket.poll()  # until the controller, which has the sentence now, ends this process
            return
        socket.send_multipart([_READY])
        while True:
            head, body = socket.recv_multipart(copy=False)
            header = decode(head.bytes)
            assert isinstance(header, FrameHeader)
            image = FrameImage(np.frombuffer(body.buffer, np.uint8), header.width, header.height, header.layout)
            socket.send_multipart([_READING, step(header, image)])


def _child(target: Any, name: str, arguments: tuple[Any, ...]) -> None:
    end_with_parent(portable=False)
    name_process(name)
    target(*arguments)


def _start(target: Any, name: str, *arguments: Any) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=_child, args=(target, name, arguments), name=name, daemon=True
    )
    with deaf_to_signals():
        process.start()
    return process


def _stop(processes: list[BaseProcess]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.join(_JOIN_S)


def _bound(context: "zmq.Context[zmq.Socket[bytes]]", endpoint: str) -> "zmq.Socket[bytes]":
    socket = context.socket(zmq.ROUTER)
    socket.linger = 0
    socket.bind(endpoint)
    return socket


def _connected(context: "zmq.Context[zmq.Socket[bytes]]", endpoint: str) -> "zmq.Socket[bytes]":
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    return socket

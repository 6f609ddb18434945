"""Calls of one function in processes of their own, several at a time.

Each process computes on one thread: the last bits of a network's weights depend on how many threads have summed, and
so they are the same however many processes run.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from stream.errors import StreamError
from workers.runtimes.quiet import without_chatter

Result = TypeVar("Result")
Arguments = tuple[Any, ...]

ONE_THREAD: Final = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Environment variables that limit the threads of TensorFlow and of NumPy's linear algebra."""


def side_by_side(
    call: Callable[..., Result], tasks: Sequence[Arguments], jobs: int
) -> Generator[tuple[int, Result], None, None]:
    """Call `call(*task)` for every task, `jobs` at a time; yields the task's number and its result as they finish.

    `call`, tasks and results travel between processes (pickle). What a call raises is raised here. The processes end
    with this generator: close it if not every result is taken. Raises StreamError if one of them is killed.
    """
    context = multiprocessing.get_context("spawn")  # a fork of a process that has TensorFlow's threads may hang
    waiting = iter(enumerate(tasks))
    processes: dict[Connection, BaseProcess] = {}
    busy: dict[Connection, int] = {}
    try:
        for _ in range(min(jobs, len(tasks))):
            own, other = context.Pipe()
            process = context.Process(target=_serve, args=(other,), daemon=True)
            process.start()
            other.close()
            processes[own] = process
            own.send(call)
            _give_next(own, waiting, busy)
        while busy:
            ready = wait(list(busy))
            for own in [connection for connection in busy if connection in ready]:
                number = busy.pop(own)
                yield number, _received(own)
                _give_next(own, waiting, busy)
    finally:
        for own, started in processes.items():
            if own in busy:
                started.terminate()
            own.close()  # an idle process ends by itself
            started.join()


def _give_next(own: Connection, waiting: Iterator[tuple[int, Arguments]], busy: dict[Connection, int]) -> None:
    for number, task in waiting:
        own.send(task)
        busy[own] = number
        return


def _received(own: Connection) -> Any:
    try:
        result = own.recv()
    except EOFError as error:
        raise StreamError(
            "A process that was computing has ended: was it killed for memory? Try again with --jobs 1."
        ) from error
    if isinstance(result, Exception):
        raise result
    return result


def _serve(connection: Connection) -> None:
    """Answer every tuple of arguments with the result of the call, or with the exception that it raised."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # an orderly end: locks of libraries are given back
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent decides
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    # Progress bars of several processes would overwrite each other; what fails is raised by the parent.
    with without_chatter(), contextlib.suppress(EOFError):
        call = connection.recv()
        while True:
            connection.send(_answer(call, connection.recv()))


def _answer(call: Callable[..., Any], arguments: Arguments) -> Any:
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        error.add_note(traceback.format_exc())
        return error

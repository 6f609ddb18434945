"""The run of one of several sources: a process of its own, which does all that a command with one source does.

What its processes write to stderr comes through a pipe, so that the terminal shows whose line it is. The source is
handed over in memory: an address may hold a password, and a command line is seen by all users.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from stream.console.run_display import steady_streams
from stream.console.text import plain
from stream.errors import StreamError, system_refused
from stream.machine.processes import end_with_parent, name_process
from stream.machine.signals import STOP_SIGNALS, deaf_to_signals

TellCommand = Callable[[Any], None]
Monitor = Callable[[TellCommand], None]
"""Runs one source to its end, and exits; tells the command by what it is given, such as the address of its page.

Must be picklable.
"""

_READ_BYTES: Final = 65536
_LONGEST_LINE: Final = 4000


@dataclass(frozen=True, slots=True)
class _Pipes:
    """What a run is given: where its stderr goes, and what it tells the command."""

    said: "Connection[str, str]"
    told: "Connection[Any, Any]"


class SourceRun:
    """The process of one run, as the command that began it sees it."""

    def __init__(self, name: str, monitor: Monitor, hear: TellCommand) -> None:
        """Start it. name: of the process. hear: takes what it tells."""
        said, its_said = multiprocessing.Pipe(duplex=False)
        told, its_told = multiprocessing.Pipe(duplex=False)
        self._said, self._told, self._hear, self._rest = said, told, hear, b""
        self._ending = False
        self._process = multiprocessing.get_context("spawn").Process(
            target=_begin, args=(_Pipes(its_said, its_told), monitor), name=name
        )
        with deaf_to_signals():
            self._process.start()
        its_said.close()
        its_told.close()
        os.set_blocking(said.fileno(), False)

    @property
    def handles(self) -> list[int]:
        """Descriptors that become readable when it says something or dies."""
        open_pipes = [pipe.fileno() for pipe in (self._said, self._told) if not pipe.closed]
        return [*open_pipes, self._process.sentinel]

    @property
    def exit_code(self) -> int | None:
        """None while it lives; 1 if it was killed."""
        return 1 if self.was_killed else self._process.exitcode

    @property
    def was_killed(self) -> bool:
        """True if a signal ended it, so that it could not say why."""
        code = self._process.exitcode
        return code is not None and code < 0

    def take(self) -> list[str]:
        """Hear what it tells, and return the whole lines that its processes have written since."""
        try:
            while not self._told.closed and self._told.poll():
                self._hear(self._told.recv())
        except (EOFError, OSError):
            self._told.close()  # else it stays readable, and nothing waits any more
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        try:
            while not self._said.closed:
                data = os.read(self._said.fileno(), _READ_BYTES)
                if not data:
                    self._said.close()
                self._rest += data
        except BlockingIOError:
            pass
        *whole, self._rest = self._rest.split(b"\n")
        if self._said.closed or len(self._rest) > _LONGEST_LINE:
            whole, self._rest = [*whole, self._rest], b""
        for line in whole:
            if line.strip():
                yield plain(line.decode(errors="replace").rstrip())

    def end(self) -> None:
        """Ask it to end in order, if that was not asked before."""
        if not self._ending and self._process.is_alive():
            self._process.terminate()
        self._ending = True

    def close(self) -> None:
        """Release what the system keeps of it once it is dead."""
        self._process.join()
        self._process.close()
        self._said.close()
        self._told.close()


def _begin(pipes: _Pipes, monitor: Monitor) -> None:
    """Run one source, as the process that was started for it."""
    os.dup2(pipes.said.fileno(), 2)
    pipes.said.close()
    steady_streams()
    name_process(multiprocessing.current_process().name)
    try:
        _answer_only_the_command()
        monitor(partial(_tell, pipes.told))
    except StreamError as error:
        print(f"Error: {plain(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, MemoryError) as error:
        print(f"Error: {system_refused(error)}", file=sys.stderr)
        sys.exit(1)


def _tell(told: "Connection[Any, Any]", what: Any) -> None:
    with contextlib.suppress(OSError):  # the command is gone, and this run is about to be ended in order
        told.send(what)


def _answer_only_the_command() -> None:
    """Leave the terminal's process group: Ctrl-C goes to the command, which ends its runs. End in order if it dies."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # forgets one that came before this
        signal.signal(number, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    end_with_parent(portable=False, in_order=True)

"""A process of a run as the supervisor sees it, through all its lives. The methods are named as in subprocess.Popen."""

import multiprocessing
import os
from multiprocessing.process import BaseProcess

from stream.config.run_plan import RunPlan
from stream.machine.processes import death_handle
from stream.machine.signals import deaf_to_signals
from stream.run.child import Assignment, no_main, run_child
from stream.run.process_spec import ProcessSpec


class ChildProcess:
    """One process, started anew after each death as often as the supervisor likes.

    incarnation: which life it is, from 0. killed: its present or last life was ended by `kill`.
    death_handle: a descriptor that becomes readable at its death; None if there is none.
    restart_at_s: when it is to be started next, monotonic. given_up: it is not started any more.
    """

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.incarnation = -1
        self.killed = self.given_up = False
        self.restart_at_s = 0.0
        self.death_handle: int | None = None
        self._process: BaseProcess | None = None

    @property
    def started(self) -> bool:
        """True from `start` to `close`, whether it still lives or not."""
        return self._process is not None

    @property
    def exit_code(self) -> int | None:
        """Exit code of a process that died; minus the signal if one ended it."""
        return None if self._process is None else self._process.exitcode

    def is_alive(self) -> bool:
        """Return True while it runs."""
        return self._process is not None and self._process.is_alive()

    def start(self, plan: RunPlan, assignment: Assignment) -> None:
        """Begin a new life."""
        self.incarnation, self.killed = assignment.incarnation, False
        # Spawned, not forked: a fork would copy the supervisor's sockets, with its threads gone.
        process = multiprocessing.get_context("spawn").Process(
            target=run_child,
            args=(plan, assignment, self.spec.target, *self.spec.arguments),
            name=assignment.name,
        )
        with deaf_to_signals(), no_main():
            process.start()
        self._process = process  # it was not started if the system has no room for another process
        self.death_handle = death_handle(process, assignment.portable)

    def kill(self) -> None:
        """End its life at once."""
        if self._process is not None:
            self.killed = True
            self._process.kill()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until it is dead, or until the timeout."""
        if self._process is not None:
            self._process.join(timeout_s)

    def close(self) -> None:
        """Release what the system keeps of a dead process."""
        if self.death_handle is not None:
            os.close(self.death_handle)
        if self._process is not None:
            self._process.close()
        self._process = self.death_handle = None

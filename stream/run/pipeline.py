"""One run from the preparation of its folder to its outcome, and the processes that it has.

Names capture, workers, sink and view as text: each is loaded only in the process that runs it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from stream.config.run_plan import RunPlan
from stream.console import logs
from stream.console.run_display import Display, Silent
from stream.machine.surroundings import require_files, require_threads, warn_of_ignored
from stream.protocol.processes import Hello
from stream.protocol.readings import RunStatus
from stream.run.outcome import Outcome
from stream.run.process_spec import ProcessSpec
from stream.run.supervisor import Supervisor
from stream.security.audit_log import AuditLog
from stream.security.keyring import keyring_for
from stream.session.output_folder import OutputFolder
from stream.session.preparation import is_complete, prepare
from stream.session.proof.digests import seals
from stream.session.result_files import supply_regions
from stream.version import VERSION

Execute = Callable[[RunPlan, Callable[[RunStatus], None], AuditLog], Outcome]
"""What analyses the frames of a plan, reports its progress, and notes in the audit log what belongs there."""

_FILES: Final = 96
"""Descriptors of the largest process of a run without workers, measured, and 60 for pages and subscribers."""
_FILES_PER_WORKER: Final = 8
_THREADS: Final = 24
"""Threads and processes of a run without workers, measured, and some for what libraries start."""
_THREADS_PER_WORKER: Final = 8


def run(
    plan: RunPlan,
    execute: Execute,
    make_display: Callable[[], Display] = Silent,
    *,
    resume: bool = False,
    overwrite: bool = False,
) -> Outcome:
    """Prepare the folder of a plan, execute the plan, and release the folder; make_display: makes what shows it.

    Raises ConfigError if readings would leave this machine without keys, OutputError if the folder cannot be used as
    asked or too few files may be open, and what `execute` raises.
    """
    logs.set_up(plan.log_level, plan.log_format)
    logs.hide(plan.source)
    if "://" in plan.source or plan.config.workers.remote:
        warn_of_ignored()
    require_threads(_THREADS + _THREADS_PER_WORKER * plan.local_workers)
    require_files(_FILES + _FILES_PER_WORKER * plan.worker_count)
    keyring_for(plan.config.publish, plan.config.security)
    output = OutputFolder(plan.folder)
    display = make_display()
    try:
        if resume and is_complete(plan):
            if plan.regions_file:
                supply_regions(plan.folder)
            return Outcome(0, "Complete already: nothing to resume.")
        plan = replace(plan, session=prepare(plan, resume=resume, overwrite=overwrite))
        audit = AuditLog(plan.folder)
        hashes = {"config_sha256": plan.config_sha256, "analyser_sha256": plan.analysis.sha256}
        audit.run_started(plan.session, plan.mode, VERSION, **hashes)
        outcome = execute(plan, display.show, audit)
        audit.write("sealed", **seals(plan.folder))
        audit.write("ended", exit_code=outcome.exit_code)
        return outcome
    finally:
        display.close()
        output.close()


def run_processes(
    plan: RunPlan,
    on_status: Callable[[RunStatus], None],
    audit: AuditLog,
    announce: Callable[[Hello], None] = lambda _: None,
) -> Outcome:
    """Execute a plan in processes of its own. `announce` is called with the hello of every process that is ready."""

    def greet(hello: Hello) -> None:
        audit.hello(hello)
        announce(hello)

    supervisor = Supervisor(
        plan, list(processes(plan)), on_hello=greet, on_status=on_status, on_security_event=audit.security_event
    )
    return supervisor.run()


def processes(plan: RunPlan) -> Iterator[ProcessSpec]:
    """Yield the processes of a plan. Data flows from the first to the last."""
    yield ProcessSpec("capture", 0, "capture.process:run")
    if plan.recording:
        yield ProcessSpec("recorder", 0, "capture.recorder:run", essential=False)
    for index in range(plan.local_workers):
        yield ProcessSpec("worker", index, "workers.process:run")
    for index, remote in enumerate(plan.config.workers.remote, start=plan.local_workers):
        yield ProcessSpec("worker", index, "workers.remote.relay:run", (remote,), essential=False)
    yield ProcessSpec("sink", 0, "stream.sink.process:run")
    if plan.config.publish.enabled and plan.place is None:
        yield ProcessSpec("publisher", 0, "stream.delivery.publishing:run", essential=False)
    if plan.delivers:
        yield ProcessSpec("delivery", 0, "stream.delivery.process:run", essential=False)
    if plan.config.view.enabled and not plan.replaying:
        yield ProcessSpec("view", 0, "stream.view.process:run", essential=False)

"""`run_stream.py deliver`: what a session still has for its outlets. Loads what it needs when it runs."""

import contextlib
import itertools
import sys
from pathlib import Path
from typing import Final

import click

from stream.config.parts import Parts

_INCOMPLETE: Final = 5


@click.command()
@click.argument("sessions", metavar="SESSION...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--within",
    metavar="SECONDS",
    default=60.0,
    type=click.FloatRange(0),
    help="Try again until nothing has arrived for so long.",
)
@click.option("--corrected", is_flag=True, help="The run named a wrong patient or device: send with those named now.")
@click.option("--worklist", metavar="ACCESSION", help="The examination of the worklist that the run was for.")
@click.pass_obj
def deliver(parts: Parts, sessions: tuple[Path, ...], within: float, corrected: bool, worklist: str | None) -> None:
    """Deliver what a SESSION still has for the outlets of the configuration whose receivers acknowledge.

    A live run does so by itself for the sessions before it. Give the same configuration file as the run had.

    Exit codes: 0 nothing waits any more; 2 wrong use; 5 something does.
    """
    from stream.delivery.delivery import Delivery
    from stream.delivery.earlier import waiting_in
    from stream.delivery.process import outlets_of
    from stream.errors import UsageError
    from stream.machine.owner_lock import is_held
    from stream.outlets.outlet import extras_of
    from stream.session.deliveries.progress import Progress
    from stream.session.output_folder import OWNER
    from stream.session.store import FILE_NAME

    config = parts.load("default.toml", {})
    if worklist is not None:
        from stream.serving.examination import of_examination

        config = of_examination(config, worklist)
    folders = [session if session.is_dir() else session.parent for session in sessions]
    for folder in folders:
        if not (folder / FILE_NAME).is_file():
            raise UsageError(f"{folder} holds no session: it has no {FILE_NAME}")
        if is_held(folder / OWNER):
            raise UsageError(f"{folder} is still being recorded: its run delivers")
    acknowledging = [made for made in outlets_of(config) if extras_of(made.sender).acknowledged]
    if not acknowledging:
        raise UsageError("the configuration has no outlet whose receiver acknowledges; give it with -c FILE")
    if corrected:
        for folder, made in itertools.product(folders, acknowledging):
            with contextlib.closing(Progress(folder, made.name)) as progress:
                progress.correct(extras_of(made.sender).subject)
    deliveries = [Delivery(made.name, made.sender, made.settings, folders) for made in acknowledging]
    for made, delivery in zip(acknowledging, deliveries, strict=True):
        delivery.finish(within)
        waiting = sum(waiting_in(folder, made.name) for folder in folders)
        state = delivery.state
        why = f": {state.error}" if waiting and state.error else ""
        print(f"{made.name}: {state.delivered} delivered, {waiting} waiting, {state.given_up} given up{why}")
    if any(waiting_in(folder, made.name) for folder in folders for made in acknowledging):
        sys.exit(_INCOMPLETE)

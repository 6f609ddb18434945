"""`run_stream.py worker`: one worker for a monitoring run on another machine. Loads what it needs when it runs."""

import signal
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from stream.config.parts import Parts


@click.command("worker")
@click.option("--listen", default="tcp://0.0.0.0:5570", show_default=True, help="Address on which to receive frames.")
@click.pass_obj
def worker(parts: "Parts", listen: str) -> None:
    """Analyse frames for a run on another machine, whose configuration names this one in `workers.remote`. Ctrl-C ends.

    Needs a key of this machine, and the other machine's key among the allowed ones; see `keys`.
    """
    from stream.config.run_plan import AnalysisPlan
    from stream.console import logs
    from stream.errors import ConfigError
    from stream.security.events import SecurityEvents
    from stream.security.keyring import Keyring, keys_folder
    from stream.transport.remote import RemoteWorkerServer
    from workers.reading import make_analyser, set_up_process
    from workers.remote.serving import Serving, serve

    config = parts.load("default.toml", {})
    logs.set_up(parts.log_level, parts.log_format)
    ring, events, ended = Keyring(keys_folder(config.security.keys_dir)), SecurityEvents(), []
    own = ring.own()
    if not ring.allowed():
        raise ConfigError("no key is allowed to send frames: `keys allow KEY NAME`")
    set_up_process()
    plan = AnalysisPlan(config.analyser, config.view.picture_width_px)
    serving = Serving(make_analyser(plan), plan)
    longest = config.capture.max_width_px * config.capture.max_height_px * 3
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.append(True))
    server = RemoteWorkerServer(listen, ring, events, longest)
    print(f"Waiting for frames on {server.address}, with the key {own.public.hex()}", file=sys.stderr, flush=True)
    try:
        serve(server, serving, events, lambda: not ended)
    finally:
        server.close()

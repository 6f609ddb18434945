"""What a relay is told when it is spawned. Loads nothing heavy."""

from dataclasses import dataclass

from stream.config.sections import RemoteWorker
from workers.settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """remote: where the worker is, and its key. keys_dir: as configured. analyser_sha256: of the analyser's settings.

    Values are the same on both machines where version and analyser are, so the far side refuses others.
    """

    remote: RemoteWorker
    keys_dir: str
    worker: WorkerSettings
    analyser_sha256: str
    version: str

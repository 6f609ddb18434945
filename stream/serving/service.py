"""The DICOM service as a whole: listens, analyses with warm workers, and stores the results."""

import sys
import warnings
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from stream.config.addresses import is_loopback
from stream.config.parts import Parts
from stream.config.run_plan import AnalysisPlan
from stream.config.sections import Config
from stream.console.logs import set_up
from stream.engines.step import StepMaker
from stream.errors import UsageError
from stream.machine.processes import cores
from stream.machine.signals import stop_asked
from stream.outlets.dicom.archive_settings import DicomSettings
from stream.outlets.dicom.reaching import archive_of
from stream.serving.answering import Answers, answer
from stream.serving.pushed_objects import PushedObjects
from stream.serving.storage_scp import Listening, StorageService, server_context
from stream.serving.warm_workers import WarmWorkers
from stream.session.folders import new_session_id, sessions_folder

_MOST_WAITING = 1000


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What was typed. callers: AE titles that may push; empty: all. inbox: None: beside the sessions."""

    callers: tuple[str, ...]
    aet: str
    host: str
    port: int
    certificate: str | None = None
    key: str | None = None
    ca: str | None = None
    inbox: Path | None = None


def serve_dicom(parts: Parts, config: Config, options: ServiceOptions, receiver: DicomSettings) -> None:
    """Serve until a stop signal. Raises UsageError, ConfigError, OutputError, EngineError."""
    set_up(parts.log_level, parts.log_format)
    listening = _listening(options)
    archive = archive_of(receiver)
    inbox = PushedObjects(options.inbox or sessions_folder(config.sink.sessions_dir) / "inbox", _MOST_WAITING)
    warnings.simplefilter("ignore")  # pydicom's hold values of elements

    def check(path: Path) -> None:
        parts.open_recording(f"dicom:{path}", config).close()

    session = new_session_id()
    plan = AnalysisPlan(analyser=config.analyser, picture_width_px=config.view.picture_width_px, outlines=True)
    count = config.workers.count or cores()
    with closing(WarmWorkers(StepMaker(plan, session), count)) as workers:
        answers = Answers(
            lambda name: parts.open_recording(name, config), config.capture, workers, session, receiver.station
        )
        with stop_asked() as asked, StorageService(inbox, check).listening(listening) as port:
            print(f"Listening for DICOM on {options.host}:{port} as {options.aet}. Ctrl-C ends.", file=sys.stderr)
            answer(inbox, answers, lambda made: archive.store(*made), asked)


def _listening(options: ServiceOptions) -> Listening:
    """Return where the service listens. Raises UsageError, ConfigError."""
    if bool(options.certificate) != bool(options.key) or (options.ca and not options.key):
        raise UsageError("--certificate, --key and --ca belong together; --ca may be left out")
    if not is_loopback(options.host) and not (options.certificate and options.ca):
        raise UsageError(
            f"--host {options.host} can be reached from other machines: give --certificate, --key and --ca, so that "
            "only those with a certificate can push"
        )
    tls = None
    if options.certificate and options.key:
        tls = server_context(options.certificate, options.key, options.ca)
    return Listening(options.host, options.port, options.aet, options.callers, tls)

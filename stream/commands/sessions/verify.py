"""`run_stream.py verify`: whether a session is the one that was recorded. Loads what it needs when it runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.config.parts import RecordedSession
    from stream.protocol.contracts import Analyser
    from stream.session.proof.verification import Findings


@click.command()
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Check logs, files and pictures; do not compute readings again.")
@click.pass_obj
def verify(parts: Parts, session: Path, quick: bool) -> None:
    """Prove that a SESSION is as it was recorded: its log, its files, every picture, and every reading.

    Prints the first difference. Readings are computed again from a lossless recording. The folder of a command with
    several sources stands for the session of each.

    Exit codes: 0 no difference; 2 wrong use; 5 a difference, or the session is not finished.
    """
    from stream.errors import UsageError
    from stream.machine.files import reach
    from stream.security import audit_log
    from stream.session.proof.verification import DifferenceError

    reach(session)
    folder = session if session.is_dir() else session.parent
    if not (folder / audit_log.FILE_NAME).is_file():
        raise UsageError(
            f"{session} is no session that can be verified: there is no {folder / audit_log.FILE_NAME}; name the "
            "folder of a session"
        )
    if not _is_proven(parts, folder, quick):
        sys.exit(DifferenceError.exit_code)


def _is_proven(parts: Parts, folder: Path, quick: bool) -> bool:
    """Print what is proven of a folder and of the sessions that it stands for; return whether that is all."""
    from stream.console.text import plain
    from stream.errors import SourceError
    from stream.session.proof.verification import ChainedHashes, DifferenceError, Findings, check_files, check_frames

    findings, sealed = Findings(), ChainedHashes()
    difference = ""
    try:
        sealed = check_files(folder, findings)
        recording = parts.recorded_session(folder)
        if recording is not None:
            analyser = None if quick else _analyser(parts, recording, folder, findings)
            check_frames(recording, folder, findings, None if analyser is None else analyser.analyse)
            recording.close()
        if not sealed.is_finished:
            difference = "The session is not finished: its run goes on or was killed; what stands above holds."
    except (DifferenceError, SourceError) as error:
        difference = str(error)
    _print(findings)
    print(plain(f"DIFFERENT: {difference}") if difference else "No difference.")
    beside = [_is_session_proven(parts, folder.absolute().parent / name, quick) for name in sealed.sessions or ()]
    return not difference and all(beside)


def _is_session_proven(parts: Parts, folder: Path, quick: bool) -> bool:
    """Print what is proven of one of several sessions, below its name; return whether that is all."""
    print(f"\n{folder.name}")
    return _is_proven(parts, folder, quick)


def _print(findings: "Findings") -> None:
    for line in findings.proven:
        print(f"proven      {line}")
    for line in findings.unproven:
        print(f"not proven  {line}")


def _analyser(parts: Parts, recording: "RecordedSession", folder: Path, findings: "Findings") -> "Analyser | None":
    """Return the analyser of the session; None if readings cannot be computed again, and why is in the findings."""
    from stream.session.archive import Archive
    from stream.session.store import FILE_NAME

    if recording.analyser is None:
        return None
    if not recording.lossless:
        findings.unproven.append(
            f"readings: {recording.codec} does not keep every pixel that was analysed (lossless and ffv1 do)"
        )
        return None
    analyser = parts.analyser(recording.analyser)
    archive = Archive(folder / FILE_NAME)
    model = archive.facts().get("model_id")
    archive.close()
    if analyser.model_id != model:
        findings.unproven.append(f"readings: the model was {model}, and here it is {analyser.model_id}")
        return None
    return analyser

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

    Prints the first difference. Readings are computed again from a lossless recording.

    Exit codes: 0 no difference; 2 wrong use; 5 a difference, or the session is not finished.
    """
    from stream.console.text import plain
    from stream.errors import SourceError, UsageError
    from stream.machine.files import reach
    from stream.security import audit_log
    from stream.session.proof.verification import DifferenceError, Findings, check_files, check_frames

    reach(session)
    folder = session if session.is_dir() else session.parent
    if not (folder / audit_log.FILE_NAME).is_file():
        raise UsageError(
            f"{session} is no session that can be verified: there is no {folder / audit_log.FILE_NAME}; name the "
            "folder of a session"
        )
    findings = Findings()
    try:
        sealed = check_files(folder, findings)
        recording = parts.recorded_session(folder)
        if recording is not None:
            analyser = None if quick else _analyser(parts, recording, folder, findings)
            check_frames(recording, folder, findings, None if analyser is None else analyser.analyse)
            recording.close()
        if not sealed.session and not sealed.files:
            raise DifferenceError(
                "The session is not finished: its run goes on or was killed; what stands above holds."
            )
    except (DifferenceError, SourceError) as error:
        _print(findings)
        print(plain(f"DIFFERENT: {error}"))
        sys.exit(DifferenceError.exit_code)
    _print(findings)
    print("No difference.")


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

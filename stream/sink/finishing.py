"""The end of a run: its result files, its summary in the session, and the report that ends it."""

import errno
import time
from typing import Any, Final

from stream.config.run_plan import RunPlan
from stream.machine import energy
from stream.machine.cpu_time import cpu_seconds
from stream.protocol.frames import EndOfStream
from stream.protocol.processes import Finished
from stream.readings.run_status import RunStatusTracker
from stream.session.figures.media import media_of
from stream.session.figures.statistics import STATISTICS_COLUMNS, density_statistics
from stream.session.provenance import SourceHash
from stream.session.result_files import write_results
from stream.session.store import Store
from stream.session.summary import STOPPED, Course, exit_code, sentence, session_facts, summary_of

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_STOPPED_HASH_S: Final = 0.1


class Finishing:
    """What has to be known from the beginning of a run in order to end it."""

    def __init__(self, plan: RunPlan, store: Store) -> None:
        """Begin to count energy and, for a replay, to hash the source beside the run."""
        self._plan, self._store = plan, store
        self._energy = energy.count()
        self._hash = SourceHash(plan.source) if plan.replaying else None

    def finish(self, end: EndOfStream, tracker: RunStatusTracker) -> Finished | None:
        """Write the files of a replay and note the summary; return the report to the supervisor.

        None if the disk has no room for the files: call it again later. Raises OSError for any other reason, and also
        if the user stopped the run, who does not want to wait for room.
        """
        if self._store.full:
            tracker.not_stored = self._store.given_up + self._store.waiting
        summary = self._summary(end, tracker)
        if self._plan.replaying:
            try:
                write_results(self._store, self._plan, end, summary)
            except OSError as error:
                if error.errno not in _NO_ROOM or end.reason == STOPPED:
                    raise
                return None
        self._store.set_facts(**session_facts(summary))
        self._store.commit()
        return Finished(exit_code=exit_code(end, summary, self._plan.mode), summary=sentence(summary))

    def _summary(self, end: EndOfStream, tracker: RunStatusTracker) -> dict[str, Any]:
        facts = self._store.facts()
        begun_at, begun_ns = int(str(facts["begun_at"])), int(str(facts.get("begun_ns") or time.time_ns()))
        hash_timeout_s = _STOPPED_HASH_S if end.reason == STOPPED else None
        return summary_of(
            self._plan,
            end,
            tracker,
            Course(begun_at, begun_ns, time.time_ns(), cpu_seconds(), energy.joules(self._energy, energy.count())),
            density_statistics(self._store.rows(*STATISTICS_COLUMNS)),
            media_of(facts, self._store.read),
            model_id=str(facts.get("model_id") or ""),
            source_sha256=self._hash.result(hash_timeout_s) if self._hash is not None else None,
        )

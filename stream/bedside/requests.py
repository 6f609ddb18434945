"""What people at the bedside add to readings, and what is called out to them: markers and alarms of one session.

They are judged and kept here, in the sink's process, so that they exist without a page. Knows no socket: what is to be
told lies in `told` until it is on disk.
"""

from typing import Any

from msgspec.structs import asdict

from stream.alarms.machine import Alarms, News
from stream.alarms.past import past_of, with_limits
from stream.bedside.markers import MarkerError, Markers
from stream.config.sections import AlarmsConfig
from stream.errors import ConfigError
from stream.machine.clock import Clock
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    AlarmEvent,
    AlarmsNow,
    Answer,
    KeepMarker,
    MarkersNow,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.protocol.readings import DensityReading, Progress
from stream.protocol.types import Message
from stream.session.journal import Journal

Requested = KeepMarker | RemoveMarker | AcknowledgeAlarm | PauseAlarms | SetLimits


class Bedside:
    """Markers and alarms of a session, which go on where an earlier sink left them.

    watching: judge alarms; a replay has none.
    """

    def __init__(self, journal: Journal, session: str, limits: AlarmsConfig, clock: Clock, *, watching: bool) -> None:
        self._journal, self._session, self._clock, self._watching = journal, session, clock, watching
        past, known = past_of(journal.events())
        self._alarms = Alarms(known or limits, past)
        self._markers = Markers(journal)
        self._seq: int | None = None
        self._t_ns = 0
        self._told: list[Message] = []
        self._changed = False
        if known is None and watching:
            self._note([News("limits", clock())])

    def meet(self, source: str) -> None:
        """The source's name, which events carry."""
        self._journal.source = source

    def reading(self, reading: DensityReading) -> None:
        """Judge a reading. Only a good one says something of density."""
        self._seq, self._t_ns = reading.seq, reading.t_capture_ns
        if self._watching:
            good = reading.status == "ok" and reading.quality == "good"
            self._note(self._alarms.reading(self._clock(), reading.density_pct if good else None))

    def standing(self, progress: Progress, free_mb: float | None) -> None:
        """Judge how the run stands. With its end ends what was being measured."""
        if progress.state == "ended" and self._seq is not None:
            self._told += self._markers.end(self._seq, self._t_ns, self._clock())
        if self._watching:
            self._note(self._alarms.standing(self._clock(), progress.state, free_mb))
            self._changed = self._changed or bool(self._alarms.active)

    def handle(self, request: Requested) -> None:
        """Do what somebody asked for, and answer."""
        try:
            marker_id = self._do(request)
            answer = Answer(request=request.request, id=marker_id)
        except MarkerError as error:
            answer = Answer(request=request.request, error=str(error), status=error.status)
        except KeyError:
            answer = Answer(request=request.request, error="This alarm is not active any more.", status=404)
        except (ConfigError, ValueError) as error:
            answer = Answer(request=request.request, error=f"{error}.", status=400)
        if self._changed:
            self._told.append(self._alarms_now())
        self._told.append(answer)

    def told(self) -> list[Message]:
        """What subscribers and the page are to hear now that it is on disk. Handed out once."""
        if self._changed:
            self._told.append(self._alarms_now())
        told, self._told, self._changed = self._told, [], False
        return told

    def whole(self) -> list[Message]:
        """All that a page needs which knows nothing."""
        return [MarkersNow(markers=self._markers.all()), self._alarms_now()]

    def _do(self, request: Requested) -> int:
        now_ns = self._clock()
        match request:
            case KeepMarker():
                marker = self._markers.keep(request, now_ns, self._seq, self._session)
                self._told.append(marker)
                return marker.id
            case RemoveMarker():
                self._told.append(self._markers.remove(request, now_ns))
            case AcknowledgeAlarm():
                self._note(self._alarms.acknowledge(request.id, now_ns))
            case PauseAlarms() if request.seconds:
                self._note(self._alarms.pause(request.seconds, now_ns))
            case PauseAlarms():
                self._note(self._alarms.resume(now_ns))
            case SetLimits():
                self._note(self._alarms.set_limits(with_limits(self._alarms.limits, request.limits), now_ns))
        return 0

    def _note(self, news: list[News]) -> None:
        for one in news:
            event = event_of(one, self._session, self._journal.source, self._seq, self._alarms)
            self._journal.note(event)
            self._told.append(event)
            self._changed = True

    def _alarms_now(self) -> AlarmsNow:
        return AlarmsNow(
            active=self._alarms.active,
            paused_until_ns=self._alarms.paused_until_ns,
            limits=asdict(self._alarms.limits),
        )


def event_of(news: News, session: str, source: str, seq: int | None, alarms: Alarms) -> AlarmEvent:
    """The message that tells of it. An alarm that is over has no state."""
    alarm = news.alarm
    fields: dict[str, Any] = {} if alarm is None else asdict(alarm)
    if news.event in ("cleared", "ended"):
        fields["state"] = None
    return AlarmEvent(
        session=session,
        source=source,
        event=news.event,
        t_ns=news.t_ns,
        seq=seq,
        paused_until_ns=alarms.paused_until_ns,
        limits=asdict(alarms.limits) if news.event == "limits" else {},
        **fields,
    )

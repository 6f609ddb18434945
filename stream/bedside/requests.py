"""Markers and alarms of one session, and the requests of people about them.

Alarms are judged in the sink's process and not in the page's, so that they exist without a page. Knows no socket:
messages wait here until what they say is on disk, then the sink takes them.
"""

from typing import Any, Final

from msgspec.structs import asdict

from stream.alarms.past import past_of, with_limits
from stream.alarms.state_machine import Alarms, News
from stream.bedside.markers import MarkerError, Markers
from stream.config.sections import AlarmsConfig
from stream.errors import ConfigError
from stream.machine.clock import Clock
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    AlarmEvent,
    AlarmsNow,
    Answer,
    DismissPrevious,
    KeepMarker,
    MarkersNow,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import Message
from stream.session.journal import Journal

PREVIOUS_DISMISSED: Final = "previous_dismissed"
"""Fact of a session: a person has answered the notice of the session before it."""
Requested = KeepMarker | RemoveMarker | AcknowledgeAlarm | PauseAlarms | SetLimits | DismissPrevious


class Bedside:
    """Markers and alarms of a session."""

    def __init__(self, journal: Journal, session: str, limits: AlarmsConfig, clock: Clock, *, watching: bool) -> None:
        """Continue where the journal ends.

        watching: judge alarms; a replay has none.
        """
        self._journal, self._session, self._clock, self._watching = journal, session, clock, watching
        past, known = past_of(journal.events())
        self._alarms = Alarms(known or limits, past)
        self._markers = Markers(journal)
        self._seq: int | None = None
        self._t_ns = 0
        self._messages: list[Message] = []
        self._changed = False  # something about alarms, of which the page gets one message however much it was
        if known is None and watching:
            self._keep([News("limits", clock())])

    def name_source(self, source: str) -> None:
        """Take the source's name, which all later events and markers carry."""
        self._journal.source = source

    def take_reading(self, reading: DensityReading) -> None:
        """Judge a reading; only a good one says something of density."""
        self._seq, self._t_ns = reading.seq, reading.t_capture_ns
        if self._watching:
            good = reading.status == "ok" and reading.quality == "good"
            self._keep(self._alarms.take_reading(self._clock(), reading.density_pct if good else None))

    def take_status(self, status: RunStatus, free_mb: float | None) -> None:
        """Judge the state of the run. At its end, the measurement of a site ends too."""
        if status.state == "ended" and self._seq is not None:
            self._messages += self._markers.end(self._seq, self._t_ns, self._clock())
        if self._watching:
            self._keep(self._alarms.take_state(self._clock(), status.state, free_mb))
            self._changed = self._changed or bool(self._alarms.active)

    def handle(self, request: Requested) -> None:
        """Carry out a request from a page, and answer it."""
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
            self._messages.append(self._alarms_now())
        self._messages.append(answer)

    def take_messages(self) -> list[Message]:
        """Return each message once. To be called after a commit: then what they say is on disk."""
        if self._changed:
            self._messages.append(self._alarms_now())
        messages, self._messages, self._changed = self._messages, [], False
        return messages

    def current_state(self) -> list[Message]:
        """Return all that a page must know which has just begun."""
        return [MarkersNow(markers=self._markers.all()), self._alarms_now()]

    def _do(self, request: Requested) -> int:
        now_ns = self._clock()
        match request:
            case KeepMarker():
                marker = self._markers.keep(request, now_ns, self._seq, self._session)
                self._messages.append(marker)
                return marker.id
            case RemoveMarker():
                self._messages.append(self._markers.remove(request, now_ns))
            case AcknowledgeAlarm():
                self._keep(self._alarms.acknowledge(request.id, now_ns))
            case PauseAlarms() if request.seconds:
                self._keep(self._alarms.pause(request.seconds, now_ns))
            case PauseAlarms():
                self._keep(self._alarms.resume(now_ns))
            case SetLimits():
                self._keep(self._alarms.set_limits(with_limits(self._alarms.limits, request.limits), now_ns))
            case DismissPrevious():
                self._journal.set_fact(PREVIOUS_DISMISSED, True)
        return 0

    def _keep(self, news: list[News]) -> None:
        for one in news:
            event = event_of(one, self._session, self._journal.source, self._seq, self._alarms)
            self._journal.add_event(event)
            self._messages.append(event)
            self._changed = True

    def _alarms_now(self) -> AlarmsNow:
        return AlarmsNow(
            active=self._alarms.active,
            paused_until_ns=self._alarms.paused_until_ns,
            limits=asdict(self._alarms.limits),
        )


def event_of(news: News, session: str, source: str, seq: int | None, alarms: Alarms) -> AlarmEvent:
    """Return the message about something that happened. An alarm that is over has no state."""
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

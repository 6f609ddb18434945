"""The union of all messages: what `stream.protocol.wire` can read."""

from stream.protocol.bedside import (
    AcknowledgeAlarm,
    AlarmEvent,
    AlarmsNow,
    Answer,
    DismissPrevious,
    EndSession,
    KeepMarker,
    KeepRecording,
    KeepSession,
    Marker,
    MarkersNow,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.protocol.frames import (
    Committed,
    Done,
    Drop,
    EndOfStream,
    FrameHeader,
    Looking,
    Overdue,
    RingNeeded,
    RingReady,
    RingUse,
    SourceInfo,
    SourceTrouble,
)
from stream.protocol.outlets import OutletsNow, SignalFound, SignalSamples, SubscribersNow
from stream.protocol.processes import Alive, Fatal, Finished, Hello, PeerDown, PeerUp, SecurityEvent, Stop
from stream.protocol.readings import DensityReading, Recorded, RunStatus
from stream.protocol.remote import Engage, Engaged

AnyMessage = (
    FrameHeader
    | DensityReading
    | Drop
    | SourceInfo
    | SourceTrouble
    | EndOfStream
    | Done
    | Committed
    | Hello
    | Alive
    | PeerUp
    | PeerDown
    | RingNeeded
    | RingReady
    | RingUse
    | Overdue
    | RunStatus
    | SecurityEvent
    | Engage
    | Engaged
    | Looking
    | AlarmEvent
    | AlarmsNow
    | Marker
    | MarkersNow
    | KeepMarker
    | RemoveMarker
    | AcknowledgeAlarm
    | PauseAlarms
    | SetLimits
    | DismissPrevious
    | KeepSession
    | EndSession
    | Recorded
    | KeepRecording
    | OutletsNow
    | SubscribersNow
    | SignalFound
    | SignalSamples
    | Answer
    | Finished
    | Fatal
    | Stop
)

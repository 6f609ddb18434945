"""What tells a receiver that it has a message already. Pure."""

from stream.outlets.outlet import Published
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading, RunStatus


def identity(message: Published) -> str:
    """Return what is the same whenever a message is sent again, and never the same for two; nothing of a person."""
    match message:
        case DensityReading():
            return f"{message.session}/{message.seq}"
        case AlarmEvent():
            return f"{message.session}/{message.id or 'all'}/{message.event}/{message.t_ns}"
        case Marker():
            return f"{message.session}/marker {message.id}/{message.change}/{message.t_changed_ns}"
        case RunStatus():
            return f"{message.session}/status/{message.t_published_ns}"

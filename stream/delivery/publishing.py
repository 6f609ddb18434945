"""The publisher process: the subscribers' socket, apart from the sink.

No subscriber can slow the sink, and while the sink hangs, statuses that say so still go out.
"""

import contextlib
import time
from typing import Final

from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.delivery.subscribers_standing import SubscribersStanding
from stream.outlets.outlet import QueuedOutlet
from stream.outlets.zmq_publisher import Publisher
from stream.protocol.outlets import SubscribersNow
from stream.protocol.processes import Stop
from stream.protocol.readings import DensityReading, RunStatus
from stream.run.child import Child
from stream.run.shown_status import ShownStatus
from stream.security.keyring import keyring_for

_TICK_MS: Final = 50
_STATE_S: Final = 0.5


def run(child: Child, plan: RunPlan) -> None:
    """Publish what the sink tells until the supervisor says stop.

    Raises OutputError if the endpoint is in use, ConfigError if it needs keys and there are none.
    """
    config = plan.config
    publisher = Publisher(config.publish.endpoint, keyring_for(config.publish, config.security), child.events)
    with contextlib.closing(QueuedOutlet("publish", publisher, publisher.look)) as outlet:
        shown = ShownStatus(outlet.tell, config.sink.stale_after_s)
        standing = SubscribersStanding(publisher.guarded)
        child.hello()
        message, stopping, next_state_s = None, False, 0.0
        while not (stopping and message is None):
            message = child.receive(0 if stopping else _TICK_MS)  # what is there before the end still goes out
            match message:
                case Stop():
                    stopping = True
                case RunStatus():
                    shown.take(message, time.time_ns(), time.monotonic_ns())
                case DensityReading():  # this process may have stood still since the sink sent it
                    outlet.tell(replace(message, t_published_ns=time.time_ns()))
                case None:
                    pass
                case _:
                    outlet.tell(message)
            shown.look(time.monotonic_ns())
            if time.monotonic() >= next_state_s:
                next_state_s = time.monotonic() + _STATE_S
                state = standing.state(outlet.state, publisher.subscribers, time.time_ns())
                child.tell("sink", SubscribersNow(state=state))

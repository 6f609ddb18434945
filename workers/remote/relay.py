"""The process that stands here for a worker on another machine: frames out with their pixels, readings back.

For all other processes it is a worker like any other: it ends when the other machine is lost, so that its frame goes
to another worker at once, and its successor says hello when the other machine is there again.
"""

import logging
import sys
import time
from typing import Final

from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.config.sections import RemoteWorker
from stream.errors import ModelError, WireError
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.processes import Stop
from stream.protocol.readings import DensityReading
from stream.protocol.remote import Engage, Engaged
from stream.protocol.wire import decode, encode
from stream.run.child import Child
from stream.security.keyring import Keyring, keys_folder, parse_key
from stream.transport.remote import RemoteWorkerClient, RemoteWorkerLostError
from stream.version import VERSION
from workers.process import WorkerLoop

log = logging.getLogger("capillary.relay")

_GREETING_TIMEOUT_S: Final = 2.0
_RETRY_MS: Final = 500


def run(child: Child, plan: RunPlan, remote: RemoteWorker) -> None:
    """Run the relay until the supervisor stops it. Raises ModelError if the other machine computes other values."""
    engage = Engage(
        session=plan.session,
        worker=child.index,
        regions=plan.outlines,
        picture_width_px=plan.analysis.picture_width_px,
        version=VERSION,
        analyser=plan.analysis.sha256,
    )
    own = Keyring(keys_folder(plan.config.security.keys_dir)).own()
    address, key = remote.address, parse_key(remote.key)
    warned = False
    while not isinstance(child.receive(0 if not warned else _RETRY_MS), Stop):
        client = RemoteWorkerClient(address, own, key)
        try:
            answer = _engaged(client, engage)
            if answer is not None:
                if answer.refusal:
                    raise ModelError(f"the worker at {address} {answer.refusal}")
                WorkerLoop(child, RemoteReader(client, engage, answer)).run()
                return
        except RemoteWorkerLostError:
            log.warning("the worker at %s is gone; its frame goes to another one", address)
            sys.exit(1)
        finally:
            client.close()
        if not warned:
            warned = True
            log.warning("no worker at %s yet; it is taken in as soon as it answers", address)


def _engaged(client: RemoteWorkerClient, engage: Engage) -> Engaged | None:
    until = time.monotonic() + _GREETING_TIMEOUT_S
    try:
        data = client.ask([encode(engage)], lambda: time.monotonic() < until)
        message = None if data is None else decode(data)
    except (RemoteWorkerLostError, WireError):
        return None
    return message if isinstance(message, Engaged) else None


class RemoteReader:
    """Reads frames by asking the other machine: for a `WorkerLoop` the same as a reader of its own."""

    def __init__(self, client: RemoteWorkerClient, engage: Engage, engaged: Engaged) -> None:
        self._client, self._engage = client, engage
        self.model_id, self.transfer = engaged.model_id, engaged.transfer

    def read(self, header: FrameHeader, image: FrameImage) -> DensityReading:
        """Return the reading from there, with its times by this machine's clock.

        Raises RemoteWorkerLostError if no answer comes, or another one: then another worker gets the frame.
        """
        begun_ms = header.since_grab_ms(time.monotonic_ns())
        data = self._client.ask([encode(self._engage), encode(header), image.memory.data], lambda: True)
        message = None if data is None else decode(data)
        if not isinstance(message, DensityReading) or message.seq != header.seq:
            raise RemoteWorkerLostError(f"an answer that is none: {type(message).__name__}")
        return replace(message, begun_ms=begun_ms, latency_ms=(time.monotonic_ns() - header.t_grab_monotonic_ns) / 1e6)

"""Whom the sink tells: the page, and the processes of the subscribers' socket and of the outlets that are configured.

One run of several has no such socket: it tells the command that began it, which publishes for all.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from stream.config.plugins import find
from stream.config.run_plan import RunPlan
from stream.errors import ConfigError, StreamError
from stream.outlets.collector import CollectorSender
from stream.outlets.outlet import Outlet, QueuedOutlet, Sender, published
from stream.outlets.process_outlet import ProcessOutlet
from stream.protocol.processes import Tell

log = logging.getLogger("capillary.outlet")


@contextlib.contextmanager
def open_outlets(plan: RunPlan, tell: Tell) -> Iterator[list[Outlet]]:
    """Yield what the sink tells: the page, the subscribers' socket, the delivery to the outlets of the configuration.

    tell: sends to another process of the run.
    """
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(contextlib.closing(outlet)) for outlet in _outlets(plan, tell)]


def _outlets(plan: RunPlan, tell: Tell) -> Iterator[Outlet]:
    config = plan.config
    # Whether there is a page, only the receiving side knows. It needs more than what leaves the program.
    yield ProcessOutlet(partial(tell, "view"), lambda message: message)
    if plan.delivers:
        yield ProcessOutlet(partial(tell, "delivery"), published)
    if plan.place is not None:
        yield QueuedOutlet("collector", CollectorSender(plan.place))
    elif config.publish.enabled:
        yield ProcessOutlet(partial(tell, "publisher"), published)


def sender_of(name: str, settings: Mapping[str, Any]) -> Sender:
    """Return the sender of that name, made from its settings.

    Raises ConfigError if there is none of that name, it does not take its settings, or it is no sender.
    """
    try:
        sender: Sender = find("outlets", name)(settings)
    except StreamError:
        raise
    except (Exception, SystemExit) as error:  # the plug-in's own: its author needs the traceback, its user the sentence
        log.exception("the outlet failed at start")
        raise ConfigError(f'the outlet "{name}" failed at start: {error}') from error
    if not (callable(getattr(sender, "send", None)) and callable(getattr(sender, "close", None))):
        raise ConfigError(f'the outlet "{name}" needs the methods send(message) and close()')
    return sender

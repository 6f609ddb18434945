"""Which outlets a run has: the page, the subscribers' socket, and those that the configuration names.

One run of several has no such socket: it tells the command that began it, which publishes for all.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stream.config.plugins import find
from stream.config.run_plan import RunPlan
from stream.errors import ConfigError, StreamError
from stream.outlets.collector import CollectorSender
from stream.outlets.outlet import Outlet, QueuedOutlet, Sender
from stream.outlets.view import ViewOutlet
from stream.outlets.zmq_publisher import Publisher
from stream.protocol.types import Message
from stream.security.events import SecurityEvents
from stream.security.keyring import keyring_for

log = logging.getLogger("capillary.outlet")


@contextlib.contextmanager
def open_outlets(
    plan: RunPlan, send_to_view: Callable[[Message], bool], events: SecurityEvents
) -> Iterator[list[Outlet]]:
    """Yield the outlets of a run, and close them afterwards.

    Raises ConfigError if an outlet is not known or does not take its settings, OutputError if it cannot be opened.
    """
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(contextlib.closing(outlet)) for outlet in _outlets(plan, send_to_view, events)]


def _outlets(plan: RunPlan, send_to_view: Callable[[Message], bool], events: SecurityEvents) -> Iterator[Outlet]:
    config = plan.config
    yield ViewOutlet(send_to_view)  # whether there is a page, and since when, only the receiving side knows
    if plan.place is not None:
        yield QueuedOutlet("collector", CollectorSender(plan.place))
    elif config.publish.enabled:
        publisher = Publisher(config.publish.endpoint, keyring_for(config.publish, config.security), events)
        yield QueuedOutlet("publish", publisher, publisher.look)
    for name, table in config.outlets.items():
        yield QueuedOutlet(name, sender_of(name, table))


def sender_of(name: str, settings: Mapping[str, Any]) -> Sender:
    """Return the sender that the table `[outlets.NAME]` chooses, made from the settings in that table.

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

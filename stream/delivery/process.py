"""The delivery process: the outlets that the configuration names, apart from the sink, which no receiver may slow."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from stream.config.run_plan import RunPlan
from stream.config.sections import Config
from stream.console.logs import hide_values
from stream.delivery.delivery import Delivery
from stream.delivery.earlier import unfinished
from stream.delivery.lsl_reader import LslReader
from stream.delivery.outlet_table import DeliverySettings, chosen, split
from stream.delivery.passing import Passing
from stream.errors import ConfigError
from stream.outlets.outlet import Sender, extras_of
from stream.outlets.selection import sender_of
from stream.protocol.outlets import OutletsNow
from stream.protocol.processes import Stop
from stream.run.child import Child

_TICK_MS: Final = 100
_STATES_S: Final = 0.5


def run(child: Child, plan: RunPlan) -> None:
    """Deliver, and record signals, until the supervisor says stop.

    Raises ConfigError if an outlet is not known or not set right, or a library is missing.
    """
    with open_outlets(plan) as outlets, open_inlets(plan) as inlets:
        child.hello()
        next_states_s = 0.0
        while not isinstance(message := child.receive(_TICK_MS), Stop):
            if message is not None:
                for told in (*outlets, *inlets):
                    told.tell(message)
            for inlet in inlets:
                inlet.pass_on(partial(child.tell, "sink"))
            if time.monotonic() >= next_states_s:
                next_states_s = time.monotonic() + _STATES_S
                child.tell("sink", now(outlets))
        # The sink's last words may come after the supervisor's: they have another way.
        while (message := child.receive(_TICK_MS)) is not None:
            for outlet in outlets:
                outlet.tell(message)
    child.tell("sink", now(outlets))


def now(outlets: Sequence[Delivery | Passing]) -> OutletsNow:
    """Return how all outlets stand, and up to which message none of them waits for any."""
    settled = [outlet.settled for outlet in outlets if isinstance(outlet, Delivery)]
    return OutletsNow(states=tuple(outlet.state for outlet in outlets), settled=min(settled, default=None))


@dataclass(frozen=True, slots=True)
class ConfiguredOutlet:
    """An outlet of the configuration, which has not sent anything yet."""

    name: str
    settings: DeliverySettings
    sender: Sender


def outlets_of(config: Config) -> list[ConfiguredOutlet]:
    """Return the outlets of a configuration, in its order. Raises ConfigError if one is not known or not set right."""
    made = []
    for name, table in config.outlets.items():
        hide_values(table)
        settings, own = split(name, table)
        sender = sender_of(settings.use or name, own)
        try:
            chosen(settings, extras_of(sender))
        except ConfigError as error:
            raise ConfigError(f'the outlet "{name}" is not set right: {error}') from None
        made.append(ConfiguredOutlet(name, settings, sender))
    return made


@contextlib.contextmanager
def open_outlets(plan: RunPlan) -> Iterator[list[Delivery | Passing]]:
    """Yield the outlets of a run, in the order of the configuration, and close them afterwards. Raises ConfigError."""
    outlets: list[Delivery | Passing] = []
    try:
        for made in outlets_of(plan.config):
            if extras_of(made.sender).acknowledged:
                earlier = unfinished(plan.folder.parent, made.name) if _delivers_for_others(plan) else []
                outlets.append(Delivery(made.name, made.sender, made.settings, [*earlier, plan.folder]))
            else:
                outlets.append(Passing(made.name, made.sender, made.settings))
        yield outlets
    finally:
        for outlet in outlets:
            outlet.close()


def _delivers_for_others(plan: RunPlan) -> bool:
    """Return whether this run also delivers what the sessions beside its own still have: of several runs, one does."""
    return plan.mode == "live" and (plan.place is None or plan.place.number == 1)


@contextlib.contextmanager
def open_inlets(plan: RunPlan) -> Iterator[list[LslReader]]:
    """Yield what records signals of other devices, if the plan asks for it, and close it afterwards."""
    settings = plan.config.inlets.lsl
    readers = [LslReader(settings, plan.session)] if settings.streams and not plan.replaying else []
    try:
        yield readers
    finally:
        for reader in readers:
            reader.close()

"""All rules, in the order in which they are judged. Pure."""

from typing import Final

from stream.alarms.rules.disk import DISK
from stream.alarms.rules.fall import FALL
from stream.alarms.rules.high import HIGH
from stream.alarms.rules.low import LOW
from stream.alarms.rules.rule import Rule
from stream.alarms.rules.signal import SIGNAL
from stream.alarms.rules.technical import TECHNICAL
from stream.protocol.bedside import AlarmKind

RULES: Final[dict[str, Rule]] = {rule.name: rule for rule in (TECHNICAL, SIGNAL, DISK, LOW, HIGH, FALL)}


def rule_of(kind: AlarmKind, cause: str) -> Rule:
    """Return the rule that raised an alarm of this kind and cause."""
    named = RULES.get(cause)
    return named if named is not None and named.kind == kind else RULES[kind]

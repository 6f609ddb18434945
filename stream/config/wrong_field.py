"""Says what is wrong with fields that came from outside, and what would be right, from their type. Pure."""

import re
from typing import Any, Final

from msgspec import Struct, inspect

_MISSING: Final = re.compile(r"missing required field `(\w+)`")
_UNKNOWN: Final = re.compile(r"contains unknown field `(\w+)`")
_PLACE: Final = re.compile(r" - at `\$\.(\w+)")


def wrong_field(problem: str, kind: type[Struct]) -> str:
    """Return a sentence without its stop. problem: what msgspec says of a value that is not of this kind."""
    right = {field.encode_name: expected(field.type) for field in _fields(kind)}
    missing, unknown, place = _MISSING.search(problem), _UNKNOWN.search(problem), _PLACE.search(problem)
    if missing and missing[1] in right:
        return f'"{missing[1]}" is missing: it must be {right[missing[1]]}'
    if unknown:
        return f'There is no field "{unknown[1]}"; there are {", ".join(right)}'
    if place and place[1] in right:
        return f'"{place[1]}" must be {right[place[1]]}'
    return f"Send a JSON object; its fields are {', '.join(right)}"


def expected(kind: inspect.Type) -> str:
    """Return in words what is right: "a number from 0 to 600", "one of high, medium, low"."""
    match kind:
        case inspect.Metadata(type=inner):
            return expected(inner)
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case inspect.UnionType(types=types):
            return _either(types)
        case inspect.StrType(max_length=longest):
            return "text" if longest is None else f"text of at most {longest} characters"
        case inspect.BoolType():
            return "true or false"
        case inspect.NoneType():
            return "null"
        case inspect.IntType() | inspect.FloatType():
            return ("a whole number" if isinstance(kind, inspect.IntType) else "a number") + _range(kind)
        case _:
            return "something else"


def _fields(kind: type[Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _either(types: tuple[inspect.Type, ...]) -> str:
    """Return the words of all choices; those of several lists of texts as one list."""
    values = [value for one in types if isinstance(one, inspect.LiteralType) for value in one.values]
    choices: list[inspect.Type] = [one for one in types if not isinstance(one, inspect.LiteralType)]
    known = [one for one in choices if not isinstance(one, inspect.CustomType)]
    return " or ".join([*([expected(inspect.LiteralType(tuple(values)))] if values else []), *map(expected, known)])


def _range(kind: Any) -> str:
    low = f" from {kind.ge:,}" if kind.ge is not None else f" above {kind.gt:,}" if kind.gt is not None else ""
    if kind.le is not None:
        return f"{low} to {kind.le:,}" if kind.ge is not None else f"{low} up to {kind.le:,}"
    return f"{low} and below {kind.lt:,}" if kind.lt is not None else low

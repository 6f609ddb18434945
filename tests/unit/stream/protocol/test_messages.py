"""Every field of every message says what it holds."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from msgspec import Meta, Struct

from stream.protocol.messages import AnyMessage


def fields_of(kind: type[Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: hints[name] for name in kind.__struct_fields__}


def structs_in(hint: Any) -> Iterator[type[Struct]]:
    if isinstance(hint, type) and issubclass(hint, Struct):
        yield hint
        for inner in fields_of(hint).values():
            yield from structs_in(inner)
    for argument in get_args(hint):
        yield from structs_in(argument)


def described(hint: Any) -> bool:
    outermost = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return any(isinstance(part, Meta) and bool(part.description) for part in outermost)


@pytest.mark.parametrize("kind", dict.fromkeys(structs_in(AnyMessage)))
def test_every_field_of_every_message_is_described(kind: type[Struct]) -> None:
    assert [name for name, hint in fields_of(kind).items() if not described(hint)] == []


@pytest.mark.parametrize("kind", get_args(AnyMessage))
def test_every_message_says_who_sends_it_to_whom(kind: type[Struct]) -> None:
    assert " to " in (kind.__doc__ or "").partition(":")[0]

"""A source's options: text out of a URI, checked against the fields of a struct, refused in plain sentences."""

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from capture.sources.uri import SourceUri
from stream.errors import UsageError

OptionsT = TypeVar("OptionsT", bound=msgspec.Struct)


def options_as(uri: SourceUri, kind: type[OptionsT]) -> OptionsT:
    """Convert the options to a struct of `kind`, text turned into the fields' types.

    Raises UsageError for an unknown name, naming the nearest, and for a value that will not do, saying what would.
    """
    fields = {one.name: one.type for one in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for name, text in uri.options.items():
        if name not in fields:
            raise UsageError(f"{uri.scheme}: has no option '{name}'. {nearest(name, fields)}")
        try:
            values[name] = msgspec.convert(text, fields[name], strict=False)
        except msgspec.ValidationError:
            wanted = _allowed_values(inspect.type_info(fields[name]), text)
            raise UsageError(f"{uri.scheme}: {name}={text} will not do. {wanted}") from None
    return kind(**values)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the nearest of the known words, else all of them."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(words) or 'none'}."


def _allowed_values(kind: inspect.Type, text: str) -> str:
    """Return a sentence on what values a field takes."""
    match kind:
        case inspect.Metadata(type=inner):
            return _allowed_values(inner, text)
        case inspect.UnionType(types=types):
            return _allowed_values(next(one for one in types if not isinstance(one, inspect.NoneType)), text)
        case inspect.LiteralType(values=values):
            return nearest(text, map(str, values))
        case inspect.BoolType():
            return "It is true or false."
        case inspect.IntType():
            return f"It is a whole number{_bounds(kind)}."
        case inspect.FloatType():
            return f"It is a number{_bounds(kind)}."
        case inspect.StrType(min_length=int(least), max_length=int(most)) if least == most:
            return f"It is {least} characters."
    return "It is of another kind."


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    limits = (("above", kind.gt), ("from", kind.ge), ("below", kind.lt), ("up to", kind.le))
    return "".join(f" {word} {limit:g}" for word, limit in limits if limit is not None)

"""Read numbers and bodies from requests, each within limits, and write JSON answers."""

import math
from typing import Any, Final, TypeVar

import msgspec
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from stream.config.wrong_field import wrong_field
from stream.errors import WireError
from stream.view.answers.old_names import with_old_names

BODY_LIMIT: Final = 4096
DIGITS_LIMIT: Final = 100
AXIS_LIMIT_S: Final = 1e11
"""Positions on the trend's axis, s, lie within this limit on both sides of 0."""
VERSION_HEADER: Final = "state-version"
ID_LIMIT: Final = 2**53
"""The largest whole number that JavaScript holds exactly: frames and markers are numbered up to here."""
Body = TypeVar("Body", bound=msgspec.Struct)


def json(value: Any, status_code: int = 200) -> Response:
    """Return an answer with anything that msgspec encodes, under the present names and those of earlier."""
    return Response(msgspec.json.encode(with_old_names(value)), status_code=status_code, media_type="application/json")


def shared_json(value: Any, version: int, status_code: int = 200) -> Response:
    """Return an answer with a part of the state that all pages share. version: that of the state in the answer."""
    answer = json(value, status_code)
    answer.headers[VERSION_HEADER] = str(version)
    return answer


async def body_as(request: Request, kind: type[Body]) -> Body:
    """Return the body of a small JSON request as `kind`. Raises WireError if it is anything else, or too large."""
    try:
        return msgspec.json.decode(await _body(request), type=kind)
    except msgspec.ValidationError as error:
        raise WireError(f"{wrong_field(str(error), kind)}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("This is no JSON.") from error


async def fields_as(request: Request, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the fields that a small JSON request has, not yet checked. Raises WireError if it is no JSON object.

    kind: has the fields that there are.
    """
    try:
        return msgspec.json.decode(await _body(request), type=dict[str, Any])
    except msgspec.ValidationError as error:
        raise WireError(f"{wrong_field(str(error), kind)}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("This is no JSON.") from error


async def _body(request: Request) -> bytes:
    """Return the body of a JSON request. Raises WireError if it is another kind, or too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise WireError("Send JSON, with the header Content-Type: application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise WireError(f"What is sent has at most {BODY_LIMIT} bytes.")
    return body


def path_number(request: Request, name: str) -> int:
    """Return a whole number of the path. Raises WireError if it has more than `DIGITS_LIMIT` digits."""
    text: str = request.path_params[name]
    if len(text) > DIGITS_LIMIT:
        raise WireError(f"A number has at most {DIGITS_LIMIT} digits here.")
    return int(text)


def number(request: Request, name: str, default: float, low: float, high: float) -> float:
    """Return a number of the query, or `default`. Raises WireError if it is not a number from `low` to `high`."""
    value = optional_number(request, name, low, high)
    return default if value is None else value


def optional_number(request: Request, name: str, low: float, high: float) -> float | None:
    """Return a number of the query; None if it is not given. Raises WireError if it is not from `low` to `high`."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise WireError(f"{name} must be a number from {low:g} to {high:g}.")
    return value


def stretch(request: Request) -> tuple[float | None, float | None]:
    """Return from_s and to_s of the query; None if not given. Raises WireError if the one is after the other."""
    from_s, to_s = (optional_number(request, name, -AXIS_LIMIT_S, AXIS_LIMIT_S) for name in ("from_s", "to_s"))
    if from_s is not None and to_s is not None and from_s > to_s:
        raise WireError("from_s must not be after to_s.")
    return from_s, to_s


class _Digits(Convertor[str]):
    """A part of a path that is digits, for `path_number`.

    They stay text here, because Python refuses to convert very long ones, and Starlette's own "int" would fail.
    """

    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("digits", _Digits())

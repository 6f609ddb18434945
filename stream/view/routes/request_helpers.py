"""What all interfaces share: what they are made of, how a body is read, how a refusal is said."""

import math
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from stream.bedside.requests import Requested
from stream.errors import OutputError, StreamError, WireError
from stream.protocol.bedside import Answer
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import RequestBroker
from stream.view.review.evidence import Evidence

BODY_LIMIT: Final = 4096
DIGITS_LIMIT: Final = 100
Body = TypeVar("Body")


class _Digits(Convertor[str]):
    """Digits as they stand, for `path_number`: Starlette's "int" fails where Python reads no number of so many."""

    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("digits", _Digits())


class NotThereError(StreamError, LookupError):
    """What was asked for is not there, or not any more."""


class RefusedError(StreamError):
    """The request was refused; `status` is the HTTP status."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.status = answer.status


@dataclass(frozen=True, slots=True)
class Page:
    """What the interfaces are made of. archive: the session's file, None where there is none."""

    feed: Feed
    broker: RequestBroker
    archive: Archive | None
    evidence: Evidence

    @property
    def session(self) -> Archive:
        """The session's file. Raises OutputError where there is none."""
        if self.archive is None:
            raise OutputError("No session is kept here.")
        return self.archive

    async def ask(self, request: Requested) -> Answer:
        """Have something carried out. Raises RefusedError."""
        answer = await run_in_threadpool(self.broker.ask, request)
        if answer.error:
            raise RefusedError(answer)
        return answer


def json(value: Any, status_code: int = 200) -> Response:
    """Anything that msgspec encodes."""
    return Response(msgspec.json.encode(value), status_code=status_code, media_type="application/json")


async def body_as(request: Request, kind: type[Body]) -> Body:
    """The body of a small JSON request. Raises WireError where it is something else or larger."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise WireError("Send JSON, with the header Content-Type: application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise WireError(f"What is sent has at most {BODY_LIMIT} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WireError(f"This is not what is understood here: {error}.") from error


def path_number(request: Request, name: str) -> int:
    """A whole number of the path. Raises WireError where no number that is told here has so many digits."""
    text: str = request.path_params[name]
    if len(text) > DIGITS_LIMIT:
        raise WireError(f"A number has at most {DIGITS_LIMIT} digits here.")
    return int(text)


def number(request: Request, name: str, default: float | None, low: float, high: float) -> float | None:
    """A number of the query; `default` where it is not given. Raises WireError where it is none, or beyond."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise WireError(f"{name} must be a number from {low:g} to {high:g}.")
    return value


def refusals() -> dict[Any, Any]:
    """Exception → handler: a sentence and a status instead of a traceback."""

    def sentence(status_code: int) -> Any:
        def answer(_: Request, error: Exception) -> Response:
            return json({"error": str(error)}, status_code=getattr(error, "status", status_code))

        return answer

    def unforeseen(_: Request, __: Exception) -> Response:
        return json({"error": "This failed, for a reason that the program's log names."}, status_code=500)

    return {
        Exception: unforeseen,
        WireError: sentence(400),
        NotThereError: sentence(404),
        OutputError: sentence(409),
        RefusedError: sentence(409),
    }

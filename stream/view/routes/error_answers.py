"""Errors of the interfaces, and the answers that they become: a sentence and an HTTP status, never a traceback."""

from difflib import get_close_matches
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from stream.errors import OutputError, StreamError, WireError
from stream.protocol.bedside import Answer
from stream.view.answers.document import Refusal
from stream.view.answers.operation import described, paths_of
from stream.view.routes.request_helpers import json


class NotThereError(StreamError, LookupError):
    """What was asked for is not there, or not any more."""


class RefusedError(StreamError):
    """A request was refused; `status` is the HTTP status."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.status = answer.status


def error_handlers() -> dict[Any, Any]:
    """Return Starlette's exception handlers, by the class of the exception."""

    def answer_with(status_code: int) -> Any:
        def answer(_: Request, error: Exception) -> Response:
            return json(Refusal(error=str(error)), status_code=getattr(error, "status", status_code))

        return answer

    def unforeseen(_: Request, __: Exception) -> Response:
        return json(Refusal(error="This failed, for a reason that the program's log names."), status_code=500)

    return {
        Exception: unforeseen,
        HTTPException: _not_routed,
        WireError: answer_with(400),
        NotThereError: answer_with(404),
        OutputError: answer_with(409),
        RefusedError: answer_with(409),
    }


def _not_routed(request: Request, error: HTTPException) -> Response:
    """Answer a request that no route takes: name the methods that there are, or the route most like it."""
    routes = described(request.app.routes)
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    methods = [route.method for route in routes if route.path_regex.match(path)]
    if error.status_code == 405 or methods:
        allowed = ", ".join(methods) or "GET"
        refusal = Refusal(error=f"{request.method} is not possible here; what is: {allowed}.")
        answer = json(refusal, status_code=405)
        answer.headers["allow"] = allowed
        return answer
    nearest = get_close_matches(path, paths_of(routes), n=1, cutoff=0)
    named = nearest[0] if nearest and path.startswith("/api/") else ""
    hint = f" The nearest is {named}; /api/openapi.json has all." if named else ""
    return json(Refusal(error=f"There is nothing at this address.{hint}", nearest=named), status_code=error.status_code)

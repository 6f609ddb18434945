"""Errors of the interfaces, and the answers that they become: a sentence and an HTTP status, never a traceback."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from stream.errors import OutputError, StreamError, WireError
from stream.protocol.bedside import Answer
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
            return json({"error": str(error)}, status_code=getattr(error, "status", status_code))

        return answer

    def unforeseen(_: Request, __: Exception) -> Response:
        return json({"error": "This failed, for a reason that the program's log names."}, status_code=500)

    return {
        Exception: unforeseen,
        WireError: answer_with(400),
        NotThereError: answer_with(404),
        OutputError: answer_with(409),
        RefusedError: answer_with(409),
    }

"""The session as a whole: keep it, end it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stream.errors import OutputError
from stream.protocol.bedside import EndSession, KeepRecording, KeepSession
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.live.status import Status
from stream.view.routes.request_helpers import json
from stream.view.routes.services import PageServices

_KEEP: Final = Operation(says="keep the session of a demo after its end", answer=Status, errors=(409, 503))
_KEEP_RECORDING: Final = Operation(
    says="keep the pictures of the last minutes, and all that come", answer=Status, errors=(409, 503)
)
_END: Final = Operation(says="end the session, and with it the run", answer=Status, errors=(409, 503))


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of the session."""

    async def keep(_: Request) -> Response:
        await page.ask(KeepSession(request=0))
        return json(page.feed.status())

    async def keep_recording(_: Request) -> Response:
        await page.ask(KeepRecording(request=0))
        return json(page.feed.status())

    async def end(request: Request) -> Response:
        if page.feed.info.mode == "replay":
            raise OutputError("A replay ends with its recording.")
        await page.ask(EndSession(request=0, who=request.client.host if request.client else ""))
        return json(page.feed.status())

    return [
        DescribedRoute("/api/session/keep", keep, _KEEP, "POST"),
        DescribedRoute("/api/recording/keep", keep_recording, _KEEP_RECORDING, "POST"),
        DescribedRoute("/api/session/end", end, _END, "POST"),
    ]

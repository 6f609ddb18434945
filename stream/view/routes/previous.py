"""The notice of the session before this one: set its limits again, or dismiss it."""

from starlette.requests import Request
from starlette.responses import Response

from stream.protocol.bedside import DismissPrevious, SetLimits
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.live.session_info import PreviousSession
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import shared_json
from stream.view.routes.services import PageServices


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of the notice."""
    feed = page.feed

    def named() -> PreviousSession:
        """Return the session that pages name now. Raises NotThereError."""
        previous = feed.shared().previous
        if previous is None:
            raise NotThereError("No earlier session is named now: it was dismissed on another page.")
        return previous

    async def dismissed() -> Response:
        await page.ask(DismissPrevious(request=0))
        feed.name_previous(None)
        shared = feed.shared()
        return shared_json(shared.previous, shared.version)

    async def set_limits_again(_: Request) -> Response:
        await page.ask(SetLimits(request=0, limits=named().limits))
        return await dismissed()

    async def dismiss(_: Request) -> Response:
        named()
        return await dismissed()

    return [
        DescribedRoute(
            "/api/previous/limits",
            set_limits_again,
            Operation(says="set the limits of the session before", answer=type(None), errors=(404, 409, 503)),
            "POST",
        ),
        DescribedRoute(
            "/api/previous",
            dismiss,
            Operation(says="dismiss the notice of the session before", answer=type(None), errors=(404, 409, 503)),
            "DELETE",
        ),
    ]

"""The session before this one as a page of its own, below the live page: made when it is asked for first."""

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from stream.errors import OutputError
from stream.security.events import SecurityEvents
from stream.session.archive import Archive
from stream.session.store import merge_write_ahead_file
from stream.version import VERSION
from stream.view.live.feed import Feed
from stream.view.review.file_broker import FileBroker
from stream.view.review.finished_session import review_feed
from stream.view.routes.error_answers import error_handlers
from stream.view.server.page_routes import page_routes

NOT_THERE = "There is no earlier session to open here.\n"


class PreviousReview:
    """The application that shows one finished session, once there is one; it checks no request: the page above does.

    The session is read in a thread, when it is asked for first. Its frames are not analysed again: that would slow the
    live session. site_s: good signal that each of the five sites needs.
    """

    def __init__(self, site_s: float, events: SecurityEvents) -> None:
        self._site_s, self._events = site_s, events
        self._path: Path | None = None
        self._opened: tuple[Feed, Archive, Starlette] | None = None
        self._opening = asyncio.Lock()

    def offer(self, path: Path) -> None:
        """Let this session be opened."""
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the page of that session does."""
        try:
            application = await self._application()
        except OutputError as error:
            await _refuse(f"{error}.\n", scope, receive, send)
        else:
            if application is None:
                await _refuse(NOT_THERE, scope, receive, send)
            else:
                await application(scope, receive, send)

    async def _application(self) -> Starlette | None:
        """Return the application, None if there is no session. Raises OutputError if its file cannot be read."""
        async with self._opening:
            if self._opened is None and self._path is not None:
                self._opened = await run_in_threadpool(self._open, self._path)
        return None if self._opened is None else self._opened[2]

    def _open(self, path: Path) -> tuple[Feed, Archive, Starlette]:
        archive = Archive(path)
        feed = review_feed(archive, VERSION, site_s=self._site_s)
        routes = page_routes(feed, self._events, FileBroker(path, feed), archive)
        return feed, archive, Starlette(routes=routes, exception_handlers=error_handlers())

    def say_over(self) -> None:
        """Tell its pages that they end."""
        if self._opened is not None:
            self._opened[0].say_over()

    def end(self, timeout_s: float) -> None:
        """Tell its pages that they end, and wait until they have left, `timeout_s` at most."""
        if self._opened is not None:
            self._opened[0].end(timeout_s)

    def close(self) -> None:
        """Free the file; to be called when the server has stopped."""
        if self._opened is not None:
            archive = self._opened[1]
            archive.close()
            merge_write_ahead_file(archive.path)


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(sentence, 404)(scope, receive, send)

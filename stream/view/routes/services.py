"""What the interfaces of the page work with, handed to the routes when the application is made."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from stream.errors import OutputError
from stream.protocol.bedside import Answer
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import PageRequest, RequestBroker
from stream.view.review.evidence import Evidence
from stream.view.routes.error_answers import RefusedError


@dataclass(frozen=True, slots=True)
class PageServices:
    """The feed, the broker of requests, the session's file (None if no session is kept) and the evidence."""

    feed: Feed
    broker: RequestBroker
    archive: Archive | None
    evidence: Evidence

    @property
    def session(self) -> Archive:
        """Return the session's file. Raises OutputError if no session is kept."""
        if self.archive is None:
            raise OutputError("No session is kept here.")
        return self.archive

    async def ask(self, request: PageRequest) -> Answer:
        """Have a request carried out; return the answer. Raises RefusedError if the answer is an error."""
        answer = await run_in_threadpool(self.broker.ask, request)
        if answer.error:
            raise RefusedError(answer)
        return answer

"""What a server's answer to a transaction means. Pure.

Refused for good: what HTTP calls a fault of the content, if an OperationOutcome says so too. Everything else is sent
again: a wrong address, a wrong token, a busy server and a proxy's page of HTML are no fault of the message.
"""

import re
from typing import Any, Final

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.http.http_status import in_words, is_of_the_content

_NOT_ITS_FAULT: Final = frozenset(
    {
        *("security", "login", "unknown", "expired", "forbidden", "suppressed", "not-supported", "not-found"),
        *("conflict", "transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"),
        "too-costly",
    }
)
"""Codes of issues (IssueType) that say nothing against the content, or what a person can set right."""
_PATH: Final = re.compile(r"[A-Za-z][A-Za-z0-9.\[\]]{0,99}")


def judge(status: int, document: Any, entries: int, place: str) -> None:
    """Return if the answer says that all of a transaction was taken.

    document: the answer's JSON, None if it is none. entries: how many were sent. place: the server's address.
    Raises RefusedMessageError if it is refused for good, OutputError if it is to be sent again.
    """
    if 200 <= status < 300:
        if _all_taken(document, entries):
            return
        raise OutputError(f'{place} answered, but not as a FHIR server answers a transaction: check "url"')
    issues = _issues(document)
    what = _said(issues)
    named = bool(issues) and not _NOT_ITS_FAULT.intersection(str(issue.get("code")) for issue in issues)
    if named and is_of_the_content(status, named=True):
        raise RefusedMessageError(f"{place} refused a message for good ({status}{what}): its log says more")
    raise OutputError(f"{place} {status_in_words(status, is_fhir=bool(issues))}{what}")


def status_in_words(status: int, *, is_fhir: bool) -> str:
    """Return what a status means, and what to do. is_fhir: the answer was one of a FHIR server."""
    if status == 412:
        return "has several resources of one identifier (412): remove all but one there"
    if not is_fhir and (status < 300 or status in (400, 404, 405)):
        return f'does not answer as a FHIR server ({status}): check "url"'
    return in_words(status, '"token", or "username" and "password"')


def _all_taken(document: Any, entries: int) -> bool:
    match document:
        case {"resourceType": "Bundle", "type": "transaction-response", "entry": [*taken]}:
            return len(taken) == entries and all(_is_made(one) for one in taken)
    return False


def _is_made(answered: Any) -> bool:
    match answered:
        case {"response": {"status": str(status)}}:
            return status.startswith("2")
    return False


def _issues(document: Any) -> list[dict[str, Any]]:
    """Return the errors of an OperationOutcome."""
    match document:
        case {"resourceType": "OperationOutcome", "issue": [*issues]}:
            return [
                issue for issue in issues if isinstance(issue, dict) and issue.get("severity") in ("fatal", "error")
            ]
    return []


def _said(issues: list[dict[str, Any]]) -> str:
    """Return the first issue's code and place. Its words are not repeated: they may name a patient."""
    if not issues:
        return ""
    places = issues[0].get("expression") or issues[0].get("location") or [""]
    path = _PATH.fullmatch(str(places[0])) if isinstance(places, list) and places else None
    code = _PATH.fullmatch(str(issues[0].get("code")).replace("-", "."))
    named = code[0].replace(".", "-") if code else "no code"
    return f", {named}" + (f" at {path[0]}" if path else "")

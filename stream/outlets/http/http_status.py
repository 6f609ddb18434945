"""What the status of a server's answer over HTTP means for what it was sent (RFC 9110, 15). Pure.

One rule holds for all outlets: what is sent is refused for good only if the server says that of the content itself.
What says that this program is not let in, has the wrong address, or comes at the wrong time, is waited for.
"""

from typing import Final

_OF_THE_CONTENT: Final = {
    413: "it is too large",
    415: "its format is not taken there",
    422: "its content is not accepted",
}
_NOT_LET_IN: Final = (401, 403, 407)
_BUSY: Final = (429, 503)
GONE: Final = 410
"""The receiver of a webhook wants no more of them (standardwebhooks.com)."""
PAUSES: Final = (*_BUSY, GONE)
"""After these, a server may want no request for some time."""


def is_of_the_content(status: int, *, named: bool = False) -> bool:
    """Return whether a status finds fault with the content, so that it would be refused again.

    named: the answer is a document of the protocol that names what is wrong with the content. Only then does 400 speak
    of it: a proxy says 400 if a certificate is missing, and receivers of webhooks if the signature is wrong
    (standardwebhooks.com). 409 speaks of what is there already, which may change.
    """
    return status in _OF_THE_CONTENT or (status == 400 and named)


def refusal_in_words(status: int) -> str:
    """Return what is wrong with the content."""
    return f"{_OF_THE_CONTENT.get(status, 'it is wrong')} ({status})"


def in_words(status: int, access: str = "the settings", setting: str = "url") -> str:
    """Return why a server took nothing now, and what to do: the end of a sentence that begins with its name.

    access: the settings that let this program in, such as '"token"'. setting: the one with the address.
    """
    match status:
        case 400:
            return f"does not accept the request (400): check {access}, and see its log"
        case 404 | 405:
            return f'has no receiver at this address ({status}): check the path in "{setting}"'
        case _ if status == GONE:
            return f'has given up this address (410): give the new one as "{setting}", or remove the outlet'
        case _ if status in _NOT_LET_IN:
            return f"does not let this program in ({status}): check {access}"
        case _ if status in _BUSY:
            return f"is busy ({status})"
        case _ if 300 <= status < 400:
            return f'sends its callers to another address ({status}): give that as "{setting}"'
        case _ if status >= 500:
            return f"is in trouble ({status}): see its log"
        case _:
            return f"takes no message now ({status}): see its log"

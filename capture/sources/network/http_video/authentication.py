"""The answer to a server that asks for a user and password: Basic (RFC 7617) or Digest (RFC 7616). Pure."""

import base64
import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_PARAMETER: Final = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))')
_SCHEME: Final = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s+[\w-]+\s*=|\s*$|\s*,)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way of proving who one is that a server offers; scheme and names of parameters in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def challenges_of(headers: Sequence[str]) -> list[Challenge]:
    """Read WWW-Authenticate headers; each may hold several challenges."""
    found = []
    for header in headers:
        starts = [*_SCHEME.finditer(header)]
        for start, following in itertools.zip_longest(starts, starts[1:]):
            end = following.start() if following else len(header)
            values = {
                one[1].lower(): re.sub(r"\\(.)", r"\1", one[2]) if one[2] is not None else one[3]
                for one in _PARAMETER.finditer(header, start.end(), end)
            }
            found.append(Challenge(start[1].lower(), values))
    return found


def authorization(
    challenges: Sequence[Challenge], method: str, target: str, user: str, password: str, client_nonce: str
) -> str | None:
    """Return the Authorization header for the best of the challenges; None if none of them is known.

    client_nonce: random text that was not used before. Digest is preferred, and of its hashes the server's first:
    it keeps the password from the network.
    """
    for challenge in challenges:
        if challenge.scheme == "digest":
            answer = _digest(challenge.parameters, method, target, user, password, client_nonce)
            if answer is not None:
                return answer
    if any(challenge.scheme == "basic" for challenge in challenges):
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _digest(
    asked: Mapping[str, str], method: str, target: str, user: str, password: str, client_nonce: str
) -> str | None:
    """Return the answer of RFC 7616, section 3.4; None if the server wants a hash or a protection that is not known."""
    algorithm = asked.get("algorithm", "MD5")
    name, session = re.subn(r"-sess$", "", algorithm, flags=re.IGNORECASE)
    kind = _HASHES.get(name.upper())
    offered = [one.strip().lower() for one in asked.get("qop", "").split(",") if one.strip()]
    if kind is None or (offered and "auth" not in offered):
        return None

    def digest(text: str) -> str:
        return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()

    realm, nonce, count = asked.get("realm", ""), asked.get("nonce", ""), "00000001"
    secret = digest(f"{user}:{realm}:{password}")
    if session:
        secret = digest(f"{secret}:{nonce}:{client_nonce}")
    request = digest(f"{method}:{target}")
    if offered:
        response = digest(f"{secret}:{nonce}:{count}:{client_nonce}:auth:{request}")
    else:  # RFC 2069, which old cameras still use
        response = digest(f"{secret}:{nonce}:{request}")
    quoted = {"username": user, "realm": realm, "nonce": nonce, "uri": target, "response": response}
    if "opaque" in asked:
        quoted["opaque"] = asked["opaque"]
    if offered or session:
        quoted["cnonce"] = client_nonce
    plain = {"algorithm": algorithm} if "algorithm" in asked else {}
    plain |= {"qop": "auth", "nc": count} if offered else {}
    fields = [f"{key}={_quoted(value)}" for key, value in quoted.items()]
    return "Digest " + ", ".join(fields + [f"{key}={value}" for key, value in plain.items()])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

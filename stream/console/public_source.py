"""What of a source's name may be kept: in a session, a log, an error. A camera's address may hold passwords.

Decided here alone. Of an address are kept: scheme, host, port, and of path, query and fragment what tells one camera of
a server from another. Everything else may be a secret: cameras take passwords as user:password@, as ?pwd=…, as a part
of the path (/user=admin_password=…_channel=1), or as a path of random letters.
"""

import re
from typing import Final
from urllib.parse import unquote, unquote_plus

_LEFT_OUT: Final = "…"
_LOCAL: Final = frozenset({"", "video", "images", "dicom", "session", "file"})
"""Schemes whose rest is a file or folder: kept whole, for it must be found again."""

_ADDRESS: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):(?P<slashes>//|/{0,9})(?P<rest>.*)", re.DOTALL)
_NETWORK: Final = frozenset(
    {"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "udp", "tcp", "mms", "ftp"}
)
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.%\w-]+\]|[^\[\]:@\s]+)(:[0-9]{1,5})?")

_KEPT: Final = frozenset(
    (
        *("camera", "cam", "channel", "channels", "ch", "chn", "input", "stream", "streamtype", "subtype", "profile"),
        *("device", "view", "source", "resolution", "width", "height", "size", "fps", "rate", "quality", "compression"),
        *("codec", "videocodec", "format", "type", "transport", "timeout_s", "ca", "exposure", "gain", "seed"),
    )
)
"""Names of options whose values say which camera, or how it gives its picture."""
_PLAIN_VALUE: Final = re.compile(r"[\w./~ -]{1,64}")

_SECRET_NAME: Final = re.compile(r"pass|pwd|psw|token|secret|auth|user|usr|login|credential|sign?\b|session|key", re.I)
"""Names of options of other sources, whose values are kept unless they may be secrets."""

_WORD: Final = re.compile(r"(?:[A-Za-z]{1,20}[0-9]{0,4}|[0-9]{1,6}[A-Za-z]{0,3}|[hH]26[45][A-Za-z]{0,12})")
_BETWEEN_WORDS: Final = re.compile(r"[._ -]")
_OPTION: Final = re.compile(r"([^=&;_,?]+)=([^&;_,?]*)")


def public_source(source: str) -> str:
    """Return a source's name as it may be kept: without user, password, and whatever else may be a secret."""
    match = _ADDRESS.fullmatch(source)
    if match is None or (match["scheme"].lower() in _LOCAL and "://" not in source):
        return source
    scheme, rest = match["scheme"], match["rest"]
    if scheme.lower() in _LOCAL:
        return f"{scheme}:{match['slashes']}{public_source(rest)}"
    if scheme.lower() not in _NETWORK and match["slashes"] != "//":
        return f"{scheme}:{match['slashes']}{_without_secret_options(rest)}"
    return f"{scheme}:{match['slashes']}{_public_address(rest)}"


def secrets_in(source: str) -> set[str]:
    """Return the texts to hide wherever they appear: what `public_source` leaves out, as written and decoded."""
    public = public_source(source)
    if public == source:
        return set()
    known = set(re.split(r"\W+", public))
    found = {source}
    _, _, rest = source.partition(":")
    for part in re.split(r"[/?#&;@]+", rest):
        values = [part, *re.split(r"[=:]", part, maxsplit=1)[1:]]  # a user's or an option's name is no secret
        for piece in [*values, *(value.partition("=")[2] for value in re.split(r"[_,]", part))]:
            found |= {piece, unquote(piece), unquote_plus(piece)}
    return {one for one in found if one and one not in known and one not in public}


def _public_address(rest: str) -> str:
    """Return what follows `scheme://`, as it may be kept."""
    before = re.split(r"[/?#]", rest, maxsplit=1)[0]
    _, at, authority = before.rpartition("@")
    after = rest[len(before) :]
    in_path = "@" in re.split(r"[?#]", after, maxsplit=1)[0]
    port_like = ":" in authority and "@" in after
    if not _AUTHORITY.fullmatch(authority) or (not at and (in_path or port_like)):
        # A password with a `/`, `?` or `#` of its own: what stands before the last `@` may be no host.
        authority, after = _split_at_last(rest)
    path, _, fragment = after.partition("#")
    path, mark, query = path.partition("?")
    kept = authority + "/".join(_public_segment(one) for one in path.split("/"))
    if mark:
        kept += f"?{_public_options(query)}"
    return f"{kept}#{_public_options(fragment)}" if fragment else kept


def _split_at_last(rest: str) -> tuple[str, str]:
    """Return the host after the last `@`, and what follows it; neither if that is no host."""
    behind = rest.rpartition("@")[2]
    before = re.split(r"[/?#]", behind, maxsplit=1)[0]
    return (before, behind[len(before) :]) if _AUTHORITY.fullmatch(before) else (_LEFT_OUT, "")


def _public_segment(segment: str) -> str:
    """Return a part of a path if it is made of words and small numbers, as names are that people give."""
    if "=" in segment:
        return _OPTION.sub(_public_option, segment) if _OPTION.search(segment) else _LEFT_OUT
    words = [word for word in _BETWEEN_WORDS.split(unquote(segment)) if word]
    return segment if all(_WORD.fullmatch(word) for word in words) else _LEFT_OUT


def _public_options(text: str) -> str:
    return "&".join(_public_pair(pair) for pair in re.split(r"[&;]", text))


def _public_pair(pair: str) -> str:
    name, mark, value = pair.partition("=")
    if not mark:
        return pair if name.lower() in _KEPT or re.fullmatch(r"[0-9]{0,3}", name) else _LEFT_OUT
    kept = name.lower() in _KEPT and _PLAIN_VALUE.fullmatch(unquote(value))
    shown = name if re.fullmatch(r"[\w.-]{1,30}", name) else _LEFT_OUT
    return f"{shown}={value if kept else _LEFT_OUT}"


def _public_option(match: re.Match[str]) -> str:
    return _public_pair(match[0])


def _without_secret_options(rest: str) -> str:
    """Return what follows the scheme of a source that is no address, without password and options that may be one."""
    rest = re.sub(r"^[^/?:@]*:[^@]*@", "", rest)
    place, mark, options = rest.rpartition("?")
    if not mark or "=" not in options:
        return rest
    pairs = (pair.partition("=") for pair in options.split("&"))
    shown = (f"{name}{sign}{_LEFT_OUT if _SECRET_NAME.search(name) else value}" for name, sign, value in pairs)
    return f"{place}?{'&'.join(shown)}"

"""How long a value may be shown as current. Pure."""

from msgspec.structs import replace

from stream.protocol.readings import Progress


def current_for_s(standing: Progress, stale_after_s: float, now_ns: int) -> float:
    """How long from now on a standing may be shown as it is, s; below 0: its value is of the past already.

    It may have lain in a queue since it was told, while this process or the whole program stood still. now_ns: since
    1970 UTC, by the clock that stamped it.
    """
    lain_s = max(0.0, (now_ns - standing.t_published_ns) / 1e9)
    age_s = 0.0 if standing.density_pct is None else (standing.age_ms or 0.0) / 1e3
    return stale_after_s - lain_s - age_s


def outdated(standing: Progress) -> Progress:
    """What is shown of it once it is no longer current. How a run has ended stays true."""
    return standing if standing.state == "ended" else replace(standing, state="stale", density_pct=None)

"""What a session was begun for, what is asked for now, and why the one cannot continue as the other. Pure."""

from msgspec import Struct

from stream.config.run_plan import RunPlan
from stream.console.public_source import public_source
from stream.console.text import counted


class StoredRun(Struct, frozen=True, kw_only=True):
    """What a session says of its beginning, and how much it has.

    asked_source: as it was named, without credentials; asked_content: its fingerprint, None if it has none.
    analysis: hash of the analyser's settings. asked_frames: the first so many; None: all.
    asked_um_per_px, asked_scale_width_px: the configured scale. framing: as text; None if pictures stayed as they were.
    frames: how many it has; without_outlines: of these, how many have no outlines though they were analysed.
    """

    session: str
    asked_source: str
    analysis: str
    asked_content: str | None = None
    asked_frames: int | None = None
    asked_um_per_px: float | None = None
    asked_scale_width_px: int | None = None
    framing: str | None = None
    model_id: str | None = None
    frames: int
    without_outlines: int


def facts_of(plan: RunPlan) -> dict[str, str | int | float | None]:
    """Return what a session keeps of its plan; whether outlines are kept is seen in its readings."""
    return {
        "asked_source": public_source(plan.source),
        "asked_content": plan.fingerprint,
        "asked_frames": plan.frames,
        "asked_um_per_px": plan.config.capture.um_per_px,
        "asked_scale_width_px": plan.config.capture.scale_width_px,
        "framing": plan.config.capture.framing.as_text(),
        "um_per_px": None,
        "um_per_px_from": None,
        "analysis": plan.analysis.sha256,
    }


def reason_not_to_resume(stored: StoredRun, plan: RunPlan) -> str:
    """Return why the session in the plan's folder cannot continue as planned; empty if it can."""
    source, folder, scale = public_source(plan.source), plan.folder, plan.config.capture
    anew = "or begin anew with --overwrite"
    if stored.asked_source != source:
        return f"the session in {folder} is of {stored.asked_source}, not of {source}; choose another folder"
    if stored.asked_content not in (None, plan.fingerprint):
        return f"{source} has changed since the session in {folder} was begun; restore the original recording, {anew}"
    if stored.analysis != plan.analysis.sha256:
        return f"the session in {folder} was begun with other analyser settings; use those, {anew}"
    if (stored.asked_um_per_px, stored.asked_scale_width_px) != (scale.um_per_px, scale.scale_width_px):
        begun = "without a scale" if stored.asked_um_per_px is None else f"with {stored.asked_um_per_px:g} µm per pixel"
        return f"the session in {folder} was begun {begun}; resume it with the same scale, {anew}"
    if stored.framing != scale.framing.as_text():
        return f"the session in {folder} was begun with another region, flip or rotation; use those, {anew}"
    if plan.frames is not None and plan.frames < stored.frames:
        return (
            f"the session in {folder} has {counted(stored.frames, 'frame')} already, more than --frames "
            f"{plan.frames}; ask for more, {anew}"
        )
    if plan.outlines and stored.without_outlines:
        return (
            f"the session in {folder} was begun without outlines, and {counted(stored.without_outlines, 'frame')} "
            f"would have none; resume it without --regions and --overlay, {anew}"
        )
    return ""


def covers(stored: StoredRun, plan: RunPlan) -> bool:
    """Return whether a finished session has all the frames that are asked for."""
    return stored.asked_frames is None or (plan.frames is not None and plan.frames <= stored.asked_frames)

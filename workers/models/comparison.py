"""`models compare`: two analyses of the same frames, against each other and, if there are labels, against readers."""

import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from msgspec import Struct
from tqdm import tqdm

from stream.errors import OutputError, SourceError
from stream.machine.files import expanded
from stream.protocol.contracts import Analyser, Analysis, Frame, Pixels
from workers.capillary.analyser import make_analyser
from workers.capillary.examine import examine
from workers.capillary.settings import AnalyserSettings
from workers.models.agreement import Limits, Outline, Places, bland_altman, kappa, places
from workers.runtimes.card import read_card
from workers.runtimes.loading import load
from workers.shipped import own_runtime, weights_path
from workers.training.data.labels import Label, read_labels
from workers.training.evaluation.score import FrameScore, score_frame, totals

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ComparedFrame(Struct, frozen=True, kw_only=True):
    """What A and B say of one frame; CPU time in ms."""

    frame: str
    density_a_pct: float
    density_b_pct: float
    cpu_ms_a: float
    cpu_ms_b: float
    places: Places


class ComparedAnalysis(Struct, frozen=True, kw_only=True):
    """One analysis over all frames; CPU time in ms. The last five are shares, None without labels."""

    name: str
    model_id: str
    density_mean_pct: float
    cpu_ms_median: float
    f1: float | None = None
    recall: float | None = None
    precision: float | None = None
    density_error_median: float | None = None
    density_error_max: float | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """compare.json. `kappa` is None if one of both always says the same."""

    frames: int
    labelled_frames: int
    a: ComparedAnalysis
    b: ComparedAnalysis
    agreement: float | None
    kappa: float | None
    places: Places
    bland_altman: Limits
    rows: list[ComparedFrame]


@dataclass(slots=True)
class _Run:
    """One analysis, and what it has said so far, one entry per frame: density in percent, CPU time in ms."""

    name: str
    analyser: Analyser
    densities: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    scores: list[FrameScore] = field(default_factory=list)

    def analyse(self, pixels: Pixels, label: Label | None) -> Analysis:
        started = time.process_time_ns()
        analysis = self.analyser.analyse(Frame(pixels))
        self.cpu_ms.append((time.process_time_ns() - started) / 1e6)
        self.densities.append(analysis.density_pct)
        if label is not None:
            self.scores.append(score_frame([region.polygon_px for region in analysis.regions], label))
        return analysis


def compare(
    a: tuple[str, Analyser],
    b: tuple[str, Analyser],
    frames: Iterable[tuple[str, Pixels]],
    labels: Mapping[str, Label],
) -> Comparison:
    """Run both, named, on the same frames, (height, width, 3) uint8 BGR each. Raises SourceError if there is none.

    CPU time is that of the whole process while one frame is analysed; the first frame is analysed once before, untimed,
    because libraries set themselves up then.
    """
    card = read_card(weights_path("default"))
    proposing = load(card, weights_path("default"), "litert")
    one, other = _Run(*a), _Run(*b)
    rows: list[ComparedFrame] = []
    for name, pixels in tqdm(frames, desc="comparing", unit="frame", disable=None, leave=False):
        if not rows:
            one.analyser.analyse(Frame(pixels))
            other.analyser.analyse(Frame(pixels))
        said = [outlines(seen.analyse(pixels, labels.get(name))) for seen in (one, other)]
        proposed = [region.polygon_px for region in examine(card, proposing, pixels).regions]
        rows.append(
            ComparedFrame(
                frame=name,
                density_a_pct=one.densities[-1],
                density_b_pct=other.densities[-1],
                cpu_ms_a=round(one.cpu_ms[-1], 3),
                cpu_ms_b=round(other.cpu_ms[-1], 3),
                places=places(proposed, said[0], said[1], pixels.shape[:2]),
            )
        )
    if not rows:
        raise SourceError("There is no frame to compare on.")
    total = Places(**{key: sum(getattr(row.places, key) for row in rows) for key in Places.__struct_fields__})
    return Comparison(
        frames=len(rows),
        labelled_frames=len(one.scores),
        a=_side(one),
        b=_side(other),
        agreement=(total.both + total.neither) / total.total if total.total else None,
        kappa=kappa(total),
        places=total,
        bland_altman=bland_altman(one.densities, other.densities),
        rows=rows,
    )


def outlines(analysis: Analysis) -> list[Outline]:
    """Return the outlines of the regions that an analysis accepted."""
    return [region.polygon_px for region in analysis.regions]


def table(result: Comparison) -> str:
    """Return the comparison as text."""
    lines = [f"{'':<26}{'A':>30}{'B':>30}"]
    for title, key, scale in _LINES:
        values = [getattr(side, key) for side in (result.a, result.b)]
        if None not in values:
            shown = [value if scale is None else f"{scale * value:.3f}" for value in values]
            lines.append(f"{title:<26}{shown[0]:>30}{shown[1]:>30}")
    counted, limits = result.places, result.bland_altman
    lines.append(
        f"{counted.total} places: both {counted.both}, only A {counted.only_a}, only B {counted.only_b}, "
        f"neither {counted.neither}; agreement {_text(result.agreement)}, Cohen's kappa {_text(result.kappa)}"
    )
    lines.append(
        f"density B - A over {result.frames} frames: bias {limits.bias_pct:+.3f} %, "
        f"95 % limits of agreement {_text(limits.low_pct, '+')} to {_text(limits.high_pct, '+')} %"
    )
    return "\n".join(lines)


_SCORED: Final = ("f1", "recall", "precision", "density_error_median", "density_error_max")
_LINES: Final = (
    ("name", "name", None),
    ("model", "model_id", None),
    ("density, mean, %", "density_mean_pct", 1),
    ("CPU, median, ms a frame", "cpu_ms_median", 1),
    ("F1 against labels", "f1", 1),
    ("recall", "recall", 1),
    ("precision", "precision", 1),
    ("density error, median, %", "density_error_median", 100),
    ("density error, worst, %", "density_error_max", 100),
)


def _plot(result: Comparison) -> "Figure":
    """Draw each frame's difference of densities over their mean (Bland and Altman 1986)."""
    from matplotlib.figure import Figure

    pairs = np.array([(row.density_a_pct, row.density_b_pct) for row in result.rows])
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.scatter(pairs.mean(axis=1), pairs[:, 1] - pairs[:, 0], s=18, color="#16697a")
    limits = result.bland_altman
    for value, name in ((limits.high_pct, "+1.96 SD"), (limits.bias_pct, "bias"), (limits.low_pct, "-1.96 SD")):
        if value is not None:
            axes.axhline(value, color="#db3a34", linestyle="-" if name == "bias" else "--", linewidth=1)
            place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
            axes.annotate(f"{name} {value:+.2f}", (1.0, value), **place)
    axes.set(xlabel="mean density of both (%)", ylabel="density B - A (%)")
    axes.set_title(f"A: {result.a.name}    B: {result.b.name}", fontsize=10)
    return figure


def analyser_by_name(name: str) -> Analyser:
    """Return the analyser behind a shipped model's name, a path of weights, or "module:attribute".

    Weights run in the runtime that they are made for. Raises ModelError.
    """
    from stream.config.plugins import find

    if ":" in name and not Path(name).exists():
        found: Analyser = find("analysers", name)({})
        return found
    weights = weights_path(name)
    read_card(weights)
    return make_analyser(AnalyserSettings(weights=str(weights), runtime=own_runtime(weights)))


def frames_and_labels(source: str) -> tuple[str, dict[str, Label]]:
    """Return the source of the frames, and their labels: none, unless `source` is a folder with frames/ and labels/.

    Raises SourceError if a label cannot be read.
    """
    folder = expanded(source)
    root = folder.parent if folder.name == "frames" else folder
    if not (root / "frames").is_dir() or not (root / "labels").is_dir():
        return source, {}
    return str(root / "frames"), read_labels(root)


def write(result: Comparison, folder: Path) -> None:
    """Write compare.json and bland-altman.png. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "compare.json").write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
        _plot(result).savefig(folder / "bland-altman.png", dpi=120)
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error


def _side(seen: _Run) -> ComparedAnalysis:
    side = ComparedAnalysis(
        name=seen.name,
        model_id=seen.analyser.model_id,
        density_mean_pct=statistics.fmean(seen.densities),
        cpu_ms_median=statistics.median(seen.cpu_ms),
    )
    if not seen.scores:
        return side
    total = totals(seen.scores)
    return msgspec.structs.replace(side, **{key: getattr(total, key) for key in _SCORED})


def _text(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.3f}"

"""`run_stream.py models …`: the model's life on the command line. Loads what a command needs when it runs.

Knows no source of frames: `run_stream.py` hands over what opens one, as click's object.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec.structs import replace

if TYPE_CHECKING:
    from stream.config.parts import Parts
    from stream.protocol.contracts import Pixels
    from workers.runtimes.card import ProposalsName


JOBS: Final = click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="Networks trained at the same time."
)
TRANSFER: Final = click.option(
    "--transfer", type=click.Path(path_type=Path), help="transfer.json of `models evaluate --transfer`, for the card."
)
STRESS: Final = click.option(
    "--stress", type=click.Path(path_type=Path), help="stress.json of `models stress` on these weights, for the card."
)


@click.group()
def models() -> None:
    """Make models (synthesize, train), measure them (evaluate, stress, forms), use them (list, show, explain …)."""


@models.command("list")
def models_list() -> None:
    """List the models that ship, and what each is for."""
    from workers.shipped import shipped

    for name, card in shipped().items():
        scored = (card.figures.transfer.every if card.figures.transfer else card.figures) if card.figures else None
        error = f"density error {100 * scored.density_error_median:.1f} %" if scored else ""
        figures = f"F1 {scored.f1:.3f}, {error}" if scored else "not scored"
        print(f"{name}\t{card.model_id}\t{figures}\t{card.licence}")


@models.command("show")
@click.argument("model", default="default")
def models_show(model: str) -> None:
    """Show the card of MODEL: a shipped name, or the path of a file of weights."""
    from workers.shipped import card_of
    from workers.training.evaluation.model_card import as_markdown

    print(as_markdown(card_of(model)))


@models.command("train")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The .tflite file to write.")
@click.option("--name", default="capillary-net", show_default=True, help="Name of the model.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Same seed, same weights.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Cross-validation folds.")
@click.option("--keep-folds", is_flag=True, help="Also keep each fold's model, which has not seen its fold.")
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    help="TOML file with fields of the training plan. Default: the plan of `default`.",
)
@click.option(
    "--test",
    type=click.Path(path_type=Path),
    help="Other labelled frames; the card gets the figures of the model on them.",
)
@JOBS
@TRANSFER
@STRESS
def models_train(
    labelled: Path,
    output: Path,
    name: str,
    seed: int,
    folds: int,
    keep_folds: bool,
    plan: Path | None,
    test: Path | None,
    jobs: int,
    transfer: Path | None,
    stress: Path | None,
) -> None:
    """Train on the frames and labels in LABELLED, cross-validate, and write weights, card and plots.

    If a run was stopped, the same command continues after the last finished network.
    """
    from workers.training.plan import TrainingPlan, read_plan
    from workers.training.train import train

    chosen = TrainingPlan() if plan is None else read_plan(plan)
    train(labelled, output, seed, folds, keep_folds, chosen, name, test, jobs, transfer, stress)


@models.command("card")
@click.argument("weights", type=click.Path(path_type=Path))
@TRANSFER
@STRESS
@click.option("--chosen-on", help="What was chosen by looking at which frames, in a sentence or two.")
def models_card(weights: Path, transfer: Path | None, stress: Path | None, chosen_on: str | None) -> None:
    """Put figures into the card of WEIGHTS, a path, without training again, and show the card."""
    from workers.training.evaluation.card_figures import renew
    from workers.training.evaluation.model_card import as_markdown

    print(as_markdown(renew(weights, transfer, stress, chosen_on)))


@models.command("evaluate")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--weights", default="default", show_default=True, help="A shipped name, or the path of weights.")
@click.option("--cross-validate", is_flag=True, help="Train again without the scored frames, in folds.")
@click.option("--transfer", is_flag=True, help="Train again without the scored scene, and choose all else without it.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option(
    "--plan", type=click.Path(path_type=Path), help="With either: TOML file with fields of the training plan."
)
@click.option(
    "--proposals",
    type=click.Choice(["contrast", "helmy2022"]),
    help="Who proposes regions. Default: as the model was trained.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="With either: folder for results and finished networks."
)
@JOBS
@click.option("--groups", is_flag=True, help="With --transfer: leave out seven groups of scenes; a third less time.")
@click.option("--skip-hard-splits", is_flag=True, help="With --transfer: leave scenes out, and no kinds of frames.")
def models_evaluate(
    labelled: Path,
    weights: str,
    cross_validate: bool,
    transfer: bool,
    seed: int,
    plan: Path | None,
    proposals: "ProposalsName | None",
    output: Path | None,
    jobs: int,
    groups: bool,
    skip_hard_splits: bool,
) -> None:
    """Score a model on the frames and labels in LABELLED.

    With --cross-validate or --transfer, the way of training is scored on frames that each network has not seen. If such
    a run with --output was stopped, the same command continues after the last finished network.
    """
    from stream.errors import UsageError
    from workers.capillary.settings import AnalyserSettings
    from workers.shipped import own_runtime, weights_path
    from workers.training import transfer as transferring
    from workers.training.evaluation.evaluate import evaluate
    from workers.training.plan import TrainingPlan, read_plan
    from workers.training.train import cross_validate as cross_validated

    if transfer and cross_validate:
        raise UsageError("Choose one of --transfer and --cross-validate.")
    chosen = TrainingPlan() if plan is None else read_plan(plan)
    if proposals is not None:
        chosen = replace(chosen, proposals=proposals)
    if transfer:
        extent = transferring.Extent(whole_groups=groups, hard=not skip_hard_splits)
        transferring.transfer(labelled, seed, chosen, output, jobs, extent)
    elif cross_validate:
        cross_validated(labelled, seed, plan=chosen, output=output, jobs=jobs)
    else:
        runtime = own_runtime(weights_path(weights))
        evaluate(labelled, AnalyserSettings(weights=weights, runtime=runtime, proposals=proposals))


@models.command("forms")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder of finished folds, from `evaluate` or an earlier run.",
)
def models_forms(labelled: Path, seed: int, output: Path | None) -> None:
    """Compare float32, int8, pruned, and pruned int8 by cross-validation: F1, CPU time per crop, size."""
    from workers.training.variants import compare_variants

    print(compare_variants(labelled, seed, output))


@models.command("export")
@click.argument("model")
@click.option("--to", required=True, type=click.Choice(["litert", "litert-float32", "onnx", "openvino", "savedmodel"]))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The file (or folder) to write.")
@click.option("--frames", "source", help="With --to litert: make a new int8 file, with scales that suit these frames.")
@click.pass_obj
def models_export(parts: "Parts", model: str, to: str, output: Path, source: str | None) -> None:
    """Write MODEL, a shipped name or a path, in another format, with its card beside it."""
    from workers.models.exports import export

    frames = None if source is None else (pixels for _, pixels in parts.frames(source))
    export(model, to, output, frames)
    print(output)


@models.command("explain")
@click.argument("image")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for the pictures.")
@click.option("--weights", default="default", show_default=True, help="A shipped name, or the path of weights.")
@click.pass_obj
def models_explain(parts: "Parts", image: str, output: Path, weights: str) -> None:
    """Show for every region in IMAGE why it is called a capillary or not: pictures with heat maps, and numbers.

    If IMAGE is a recording or folder, its first frame is explained.
    """
    from workers.models.explanation import explain

    name, pixels = first(parts, image)
    result = explain(name, pixels, output, weights)
    for kind in ("accepted", "borderline", "rejected"):
        print(f"{kind}\t{sum(region.verdict == kind for region in result.regions)}")
    for found in result.objects:
        print(f"{found.name}\t{found.area_px:.0f} px\t{found.share_pct:.2f} %")
    if result.analysed_pct is not None:
        print(f"tissue analysed\t{result.analysed_pct:.1f} %")
    print(f"density\t{result.density_pct:.3f} %")


@models.command("compare")
@click.argument("a")
@click.argument("b")
@click.argument("source")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for compare.json and bland-altman.png.")
@click.pass_obj
def models_compare(parts: "Parts", a: str, b: str, source: str, output: Path | None) -> None:
    """Compare A and B on the frames of SOURCE: agreement, density, speed; F1 if labels/ lies beside frames/.

    A and B are shipped names, paths of weights, or analysers as "module:attribute".
    """
    from workers.models.comparison import analyser_by_name, compare, frames_and_labels, table, write

    sides = [(Path(name).name, analyser_by_name(name)) for name in (a, b)]
    frames, labels = frames_and_labels(source)
    result = compare(sides[0], sides[1], parts.frames(frames), labels)
    print(table(result))
    if output is not None:
        write(result, output)


@models.command("stress")
@click.argument("source")
@click.option(
    "--weights", default="default", show_default=True, help="A shipped name, a path of weights, or module:attribute."
)
@click.option("--frames", "count", type=click.IntRange(1), help="The first frames of SOURCE only. Default: all.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for stress.json and pictures.")
@click.pass_obj
def models_stress(parts: "Parts", source: str, weights: str, count: int | None, output: Path | None) -> None:
    """Turn, relight, compress and cover the frames of SOURCE, and print how far their density moves.

    SOURCE is a recording, a folder of pictures, or a labelled folder: no labels are needed. With --output, pictures
    show the worst frame of each change.
    """
    from itertools import islice

    from workers.models.comparison import analyser_by_name
    from workers.models.stress.output import frames_within, write
    from workers.models.stress.pictures import WorstTrials
    from workers.models.stress.stress_table import stress, text

    worst = WorstTrials()
    table = stress(analyser_by_name(weights), islice(parts.frames(frames_within(source)), count), worst)
    print(text(table))
    if output is not None:
        write(table, worst.files(table), output)


def first(parts: "Parts", source: str) -> "tuple[str, Pixels]":
    """Return name and pixels of a source's first frame. Raises SourceError."""
    from stream.errors import SourceError

    for name, pixels in parts.frames(source):
        return name, pixels
    raise SourceError(f"{source} has no frame.")

"""`run_stream.py models …`: the model's life on the command line. Loads what a command needs when it runs."""

from pathlib import Path

import click


@click.group()
def models() -> None:
    """The model's life: list, show, train, evaluate."""


@models.command("list")
def models_list() -> None:
    """The models that ship, and what each is for."""
    from workers.shipped import shipped

    for name, card in shipped().items():
        figure = f"F1 {card.figures.f1:.3f}" if card.figures else "not scored"
        print(f"{name}\t{card.model_id}\t{figure}\t{card.licence}")


@models.command("show")
@click.argument("model", default="default")
def models_show(model: str) -> None:
    """The card of MODEL: a shipped name, or the path of a .tflite file."""
    from workers.shipped import card_of
    from workers.training.modelcard import as_markdown

    print(as_markdown(card_of(model)))


@models.command("train")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The .tflite file to write.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Same seed, same weights.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Cross-validation folds.")
@click.option("--keep-folds", is_flag=True, help="Also keep each fold's model, which has not seen its fold.")
def models_train(labelled: Path, output: Path, seed: int, folds: int, keep_folds: bool) -> None:
    """Train on the frames and labels in LABELLED, cross-validate, and write weights and card."""
    from workers.training.train import train

    train(labelled, output, seed, folds, keep_folds)


@models.command("evaluate")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--weights", default="default", show_default=True, help="A shipped name, or the path of a .tflite file.")
@click.option("--cross-validate", is_flag=True, help="Train anew without the scored frames: the honest figure.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
def models_evaluate(labelled: Path, weights: str, cross_validate: bool, seed: int) -> None:
    """Score a model on the frames and labels in LABELLED."""
    from workers.capillary.settings import AnalyserSettings
    from workers.training.evaluate import evaluate
    from workers.training.train import cross_validate as cross_validated

    if cross_validate:
        cross_validated(labelled, seed)
    else:
        evaluate(labelled, AnalyserSettings(weights=weights))

"""`run_stream.py models synthesize`: labelled frames to train on. Loads what it needs when it runs."""

from pathlib import Path

import click


@click.command("synthesize")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for frames and labels.")
@click.option("--count", default=60, show_default=True, type=click.IntRange(1, 9999), help="How many frames.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Same seed, same frames.")
def synthesize(output: Path, count: int, seed: int) -> None:
    """Write labelled synthetic frames, for `models train`: no patient, no restriction."""
    from capture.writers.synthetic_dataset import write_synthetic_dataset

    write_synthetic_dataset(output, count, seed)

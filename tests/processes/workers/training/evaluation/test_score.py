"""The measure says the same as the program that comes with the labelled frames."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workers.training.data.labels import read_labels
from workers.training.evaluation.score import score_frame, totals


@pytest.mark.real
def test_agrees_with_the_program_that_comes_with_the_frames(labelled_frames: Path, tmp_path: Path) -> None:
    program = labelled_frames.parent.parent / "tools" / "score_regions.py"
    if not program.is_file():
        pytest.skip(f"no {program}")
    random = np.random.default_rng(2)
    labels = {name: label for name, label in read_labels(labelled_frames).items() if name in ("f01", "f09", "f15")}
    lines, scores = [], []
    for name, label in labels.items():
        kept = [np.array(r.polygon_px, np.int32) for r in label.regions if random.random() < 0.5]
        moved = [polygon + random.integers(-15, 15, 2).astype(np.int32) for polygon in kept]
        lines.append(json.dumps({"frame": name, "regions": [{"polygon_px": polygon.tolist()} for polygon in moved]}))
        scores.append(score_frame(moved, label))
    predictions = tmp_path / "regions.jsonl"
    predictions.write_text("\n".join(lines))
    command = [sys.executable, str(program), str(predictions), str(labelled_frames / "labels")]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    ours = totals(scores)
    for name, value in said.items():
        assert getattr(ours, name) == pytest.approx(value, abs=6e-5)

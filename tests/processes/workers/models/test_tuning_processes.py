"""Runtimes measured, each in a process of its own."""

import pytest

from stream.errors import SourceError
from tests.doubles.tiny_model import microscope_frame
from workers.capillary.settings import AnalyserSettings
from workers.models import tuning


def test_every_runtime_that_is_here_has_a_line_and_what_is_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "CANDIDATES", ("litert", "onnx", "no-such-runtime"))
    head, litert, onnx, missing, empty, advice = tuning.tune(AnalyserSettings(), [microscope_frame()])
    assert head.split()[:4] == ["runtime", "ms", "a", "crop"]
    assert litert.split()[0] == "litert"
    assert float(litert.split()[-1]) == 0
    assert onnx.split()[0] == "onnx"
    assert 0 < float(onnx.split()[-1]) < 0.1
    assert all(0 < float(line.split()[1]) < 10 for line in (litert, onnx))
    assert "no weights for the runtime 'no-such-runtime'" in missing
    assert (empty, bool(advice)) == ("", True)


def test_frames_without_a_region_are_refused() -> None:
    with pytest.raises(SourceError, match="No region is proposed"):
        list(tuning.tune(AnalyserSettings(), [microscope_frame() * 0 + 128]))


@pytest.mark.nightly
def test_the_network_as_it_comes_costs_at_most_one_and_a_half_times_the_best_runtime_here() -> None:
    said = list(tuning.tune(AnalyserSettings(), [microscope_frame(seed) for seed in range(1, 5)]))
    ms_a_crop = {line.split()[0]: float(line.split()[1]) for line in said[1 : 1 + len(tuning.CANDIDATES)]}
    assert list(ms_a_crop) == list(tuning.CANDIDATES)
    assert ms_a_crop["litert"] <= 1.5 * min(ms_a_crop.values()), "\n".join(said)

"""Settings: ranges are checked, unknown keys refused, and reading them loads nothing heavy."""

import subprocess
import sys

import msgspec
import pytest

from workers.capillary.settings import AnalyserSettings


def test_every_field_has_a_default() -> None:
    assert msgspec.convert({}, AnalyserSettings) == AnalyserSettings()


@pytest.mark.parametrize(
    "wrong", [{"threshold": 1.5}, {"runtime": "torch"}, {"weights": ""}, {"treshold": 0.5}, {"max_regions": 0}]
)
def test_impossible_values_and_unknown_keys_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, AnalyserSettings)


def test_reading_settings_loads_no_vision_library() -> None:
    code = (
        "import sys, workers.capillary.settings; print([m for m in ('cv2', 'numpy', 'tensorflow') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"

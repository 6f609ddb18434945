"""Settings: ranges are checked, unknown keys refused."""

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

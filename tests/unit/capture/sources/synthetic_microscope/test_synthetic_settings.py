"""Wrong settings are refused in a plain sentence that names the setting."""

import pytest

from capture.sources.synthetic import open_synthetic, read_settings
from stream.errors import UsageError


def test_text_from_an_address_is_read_as_numbers() -> None:
    settings = read_settings({"seed": "7", "fps": "60", "seconds": "2", "live": "true"})
    assert (settings.seed, settings.fps, settings.seconds, settings.live) == (7, 60.0, 2.0, True)
    assert settings.frame_count == 120


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fps", 0),
        ("fps", 1000),
        ("fps", float("nan")),
        ("seed", -1),
        ("seed", "one"),
        ("seconds", 0),
        ("seconds", float("inf")),
        ("frames", 0),
        ("period_s", 1),
        ("episodes", "wild"),
        ("live", "perhaps"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(key: str, value: object) -> None:
    with pytest.raises(UsageError) as refused:
        open_synthetic(**{key: value})
    sentence = str(refused.value)
    assert f"'{key}'" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no setting 'sede'\. Did you mean 'seed'\?"):
        open_synthetic(sede=1)


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, None),
        ({"frames": 3}, 3),
        ({"seconds": 0.1, "fps": 30}, 3),
        ({"seconds": 10, "frames": 3}, 3),
        ({"seconds": 0.001}, 1),
        ({"seconds": 10}, 300),
    ],
)
def test_the_shorter_length_counts(settings: dict[str, object], count: int | None) -> None:
    assert read_settings(settings).frame_count == count

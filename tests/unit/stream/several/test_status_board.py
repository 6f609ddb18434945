"""How several sources stand, in one line."""

from typing import Any

from stream.config.source_place import SourcePlace
from stream.protocol.readings import RunStatus
from stream.several.status_board import SourceState
from stream.several.terminal import line_of


def status(**fields: Any) -> RunStatus:
    given: dict[str, Any] = {
        "session": "s1",
        "source": "camera-0-1",
        "mode": "live",
        "state": "good",
        "density_pct": 6.25,
        "frames_per_s": 30.0,
        "age_ms": 20.0,
    }
    return RunStatus(**given | fields, t_published_ns=2**62)  # not older than it says


def test_one_line_has_name_state_value_and_rate_of_each_source() -> None:
    first, second, third = (SourceState(number, f"s{number}", 1.0) for number in (1, 2, 3))
    first.take(status())
    second.take(status(source="camera-1-2", state="no camera", density_pct=None, frames_per_s=0.0, age_ms=None))
    assert line_of((one.words for one in (first, second, third)), 200) == (
        "camera-0-1 LIVE 6.25 % 30/s | camera-1-2 NO CAMERA --.-- % 0/s | source 3 STARTING"
    )
    third.exit_code = 3
    assert line_of((one.words for one in (first, second, third)), 200).endswith("source 3 ENDED")


def test_a_line_that_is_too_long_for_the_terminal_is_cut() -> None:
    words = [SourceState(number, f"s{number}", 1.0).words for number in range(1, 9)]
    assert len(line_of(words, 40)) == 40
    assert line_of(words, 40).endswith("…")


def test_the_name_of_a_source_ends_with_its_number_however_long_it_is() -> None:
    place = SourcePlace(3, "ipc:///collector")
    assert place.name_of("camera-0") == "camera-0-3"
    assert place.name_of("n" * 100) == "n" * 98 + "-3"


def test_a_source_keeps_its_name_while_its_camera_is_away() -> None:
    state = SourceState(1, "s1", 1.0)
    state.take(status())
    state.take(status(source="", state="no camera", density_pct=None))
    assert state.name == "camera-0-1"
    assert state.words == "camera-0-1 NO CAMERA --.-- % 30/s"


def test_a_value_that_nobody_vouches_for_any_more_is_taken_back() -> None:
    state = SourceState(1, "s1", stale_after_s=0.0)
    state.take(status())
    state.look()
    assert state.words == "camera-0-1 STALE --.-- % 30/s"


def test_subscribers_get_what_is_shown_also_that_a_value_is_taken_back() -> None:
    published: list[RunStatus] = []
    state = SourceState(1, "s1", stale_after_s=0.0, on_status=published.append)
    state.take(status())
    state.look()
    assert [one.state for one in published][-1] == "stale"
    assert published[-1].density_pct is None

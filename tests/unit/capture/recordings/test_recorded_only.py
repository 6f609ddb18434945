"""Commands for recordings refuse what is live, and look for no camera to find that out."""

import pytest

from capture.recordings.recorded_only import frames_of, open_recorded
from capture.sources.opening import SourceLimits
from capture.sources.uri import LIVE_SCHEMES
from stream.config import plugins
from stream.errors import UsageError

RECORDED_SCHEMES = {"session", "video", "images", "dicom", "synthetic"}


def test_each_scheme_of_this_program_is_known_to_be_live_or_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: ())
    assert set(plugins.names("sources")) == LIVE_SCHEMES | RECORDED_SCHEMES


@pytest.mark.parametrize("scheme", sorted(LIVE_SCHEMES))
def test_a_camera_is_refused_unopened_and_its_password_not_repeated(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.sources.opening.find", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(UsageError, match=r"is live.*`live`.*`record`") as refused:
        open_recorded(f"{scheme}://nurse:pass-word@127.0.0.1:9/x", SourceLimits())
    assert "pass-word" not in str(refused.value)


def test_a_source_that_says_it_is_live_once_it_is_open_is_refused_too() -> None:
    with pytest.raises(UsageError, match="is live"):
        next(frames_of("synthetic:?live=true", SourceLimits()))

"""What the processes of a run load and what they do not: one that died must be back in a moment."""

import subprocess
import sys

import pytest

HEAVY = (
    "numpy",
    "cv2",
    "matplotlib",
    "skimage",
    "tensorflow",
    "psutil",
    "importlib.metadata",
    "difflib",
    "tomllib",
    "click",
)


@pytest.mark.parametrize("module", ["stream.run.child", "stream.config.run_plan", "stream.sink.process"])
def test_a_sink_loads_nothing_that_it_does_not_need(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_command_and_its_supervisor_look_at_no_pixel() -> None:
    names = ("numpy", "cv2", "av", "tqdm", "matplotlib")
    modules = "stream.commands.replay, stream.commands.live, stream.run.pipeline, capture.recordings.listing"
    code = f"import sys, run_stream, {modules}; print([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""What `--help` costs."""

import subprocess
import sys

from tests.running import ROOT

HEAVY = ("cv2", "numpy", "zmq", "starlette", "tensorflow", "matplotlib")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['run_stream.py', '--help']; from run_stream import main; main(standalone_mode=False); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == "[]\n"

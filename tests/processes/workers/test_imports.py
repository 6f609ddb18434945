"""What a worker loads and what it does not, seen in a process of its own."""

import subprocess
import sys


def test_a_worker_stays_small() -> None:
    code = """
import sys, numpy as np
from stream.protocol.contracts import Frame
from workers.capillary.analyser import make_analyser
from workers.capillary.settings import AnalyserSettings
pixels = np.random.default_rng(0).integers(90, 140, (1080, 1920, 3)).astype(np.uint8)
make_analyser(AnalyserSettings()).analyse(Frame(pixels))
print([m for m in ("tensorflow", "keras", "skimage", "scipy", "matplotlib") if m in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_usual_path_does_not_load_scikit_image() -> None:
    code = (
        "import sys; from workers.capillary.analyser import make_analyser;"
        "from workers.capillary.settings import AnalyserSettings; make_analyser(AnalyserSettings());"
        "sys.exit('skimage' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_reading_settings_loads_no_vision_library() -> None:
    code = (
        "import sys, workers.capillary.settings; print([m for m in ('cv2', 'numpy', 'tensorflow') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"

"""A trained network as TensorFlow's SavedModel, a folder, float32."""

import contextlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def savedmodel_files(network: "keras.Model") -> dict[str, bytes]:
    """Make the files of a SavedModel, by their path in its folder; its endpoint `serve` takes float32 crops."""
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does, and stdout is for data
            network.export(folder, format="tf_saved_model", verbose=False)
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

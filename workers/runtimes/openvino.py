"""Runs float32 weights with OpenVINO on one thread."""

from typing import Final

import numpy as np
import openvino

from stream.errors import ModelError
from workers.runtimes.base import Crops, Logits, Probabilities, Shape, in_batches, softmax_second

BATCH: Final = 16
PLAIN: Final = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
"""Without the hint, OpenVINO computes in bfloat16 where the processor can, and so differs between machines."""


class OpenVinoRuntime:
    """An OpenVINO network (graph and numbers), float crops of 0..255 to two logits."""

    def __init__(self, content: bytes, shape: Shape, numbers: bytes = b"") -> None:
        """Load from the bytes of .xml and .bin; `shape` is (height, width, channels). Raises ModelError."""
        wanted = openvino.PartialShape([BATCH, *shape])
        core = openvino.Core()
        try:
            network = core.read_model(content, numbers)
            if not network.input(0).partial_shape.compatible(wanted):
                raise ModelError(f"The weights do not take crops of {shape}, as the card says.")
            network.reshape(wanted)
            self._network = core.compile_model(network, "CPU", PLAIN)
        except RuntimeError as error:
            raise ModelError("The weights are not an OpenVINO network that this machine can run.") from error
        if tuple(self._network.output(0).shape) != (BATCH, 2):
            raise ModelError("The weights do not give two logits per crop, as the card says.")
        self._shape = shape

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        return softmax_second(in_batches(crops, self._shape, BATCH, self._run))

    def _run(self, batch: Crops) -> Logits:
        logits: Logits = self._network(batch.astype(np.float32))[0]
        return logits

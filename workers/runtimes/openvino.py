"""Runs float32 weights with OpenVINO on one thread, computing in float32 or in bfloat16."""

from typing import ClassVar, Final

import numpy as np
import openvino

from stream.errors import ModelError
from workers.runtimes.base import Crops, Logits, Probabilities, Shape, in_batches, softmax_second

BATCH: Final = 16
ONE_THREAD: Final = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}


class OpenVinoRuntime:
    """An OpenVINO network (graph and numbers) or an .onnx network, float crops of 0..255 to two logits."""

    precision: ClassVar[str] = "f32"
    """Without this hint, OpenVINO computes in bfloat16 on some processors, and so differs between machines."""

    def __init__(self, content: bytes, shape: Shape, numbers: bytes = b"") -> None:
        """Load from the bytes of .xml and .bin, or of .onnx; `shape`: height, width, channels. Raises ModelError."""
        wanted = openvino.PartialShape([BATCH, *shape])
        core = openvino.Core()
        try:
            network = core.read_model(content, numbers)
            if not network.input(0).partial_shape.compatible(wanted):
                raise ModelError(f"The weights do not take crops of {shape}, as the card says.")
            network.reshape(wanted)
            self._network = core.compile_model(
                network, "CPU", {**ONE_THREAD, "INFERENCE_PRECISION_HINT": self.precision}
            )
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


class OpenVinoBf16Runtime(OpenVinoRuntime):
    """The same in bfloat16, for which Intel's processors with AMX and AMD's from Zen 4 on have instructions.

    Numbers have 8 significant bits, so probabilities differ between kinds of processors.
    """

    precision = "bf16"

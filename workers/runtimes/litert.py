"""Runs weights with LiteRT on one thread: in int8, as workers do, or in float32; the file says which."""

from typing import Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from stream.errors import ModelError
from workers.runtimes.base import Crops, Logits, Probabilities, Shape, in_batches, softmax_second
from workers.runtimes.quiet import without_chatter
from workers.runtimes.small_tiles import without_amx

BATCH: Final = 8
"""Crops per call: fixed, because another size allocates the tensors anew."""


class LiteRtRuntime:
    """A .tflite network, uint8 crops to two float logits."""

    def __init__(self, content: bytes, shape: Shape) -> None:
        """Load from the file's bytes; `shape` is (height, width, channels). Raises ModelError."""
        try:
            with without_chatter(), without_amx():
                self._interpreter = Interpreter(model_content=content, num_threads=1)
            entry, result = self._interpreter.get_input_details()[0], self._interpreter.get_output_details()[0]
            if (
                tuple(entry["shape"][1:]) != shape
                or entry["dtype"] is not np.uint8
                or tuple(result["shape"][1:]) != (2,)
            ):
                raise ModelError(
                    f"The weights do not take uint8 crops of {shape} and give two logits, as the card says."
                )
            self._interpreter.resize_tensor_input(entry["index"], (BATCH, *shape))
            with without_chatter(), without_amx():
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError("The weights are not a LiteRT network that this machine can run.") from error
        self._entry, self._result, self._shape = entry["index"], result["index"], shape

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        return softmax_second(in_batches(crops, self._shape, BATCH, self._run))

    def _run(self, batch: Crops) -> Logits:
        self._interpreter.set_tensor(self._entry, batch)
        self._interpreter.invoke()
        logits: Logits = self._interpreter.get_tensor(self._result)
        return logits

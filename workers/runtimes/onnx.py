"""Runs float32 weights with ONNX Runtime on one thread."""

from typing import Final

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

from stream.errors import ModelError
from workers.runtimes.base import Crops, Logits, Probabilities, Shape, in_batches, softmax_second

BATCH: Final = 16
_REFUSED: Final = (
    *(state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf),
    *(state.NotImplemented, state.RuntimeException),
)


class OnnxRuntime:
    """An .onnx network, float crops of 0..255 to two logits."""

    def __init__(self, content: bytes, shape: Shape) -> None:
        """Load from the file's bytes; `shape` is (height, width, channels). Raises ModelError."""
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except _REFUSED as error:
            raise ModelError("The weights are not an ONNX network that this machine can run.") from error
        entry, result = self._session.get_inputs(), self._session.get_outputs()
        if [tuple(i.shape[1:]) for i in entry] != [shape] or [tuple(o.shape[1:]) for o in result] != [(2,)]:
            raise ModelError(f"The weights do not take crops of {shape} and give two logits, as the card says.")
        self._entry, self._shape = entry[0].name, shape

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        return softmax_second(in_batches(crops, self._shape, BATCH, self._run))

    def _run(self, batch: Crops) -> Logits:
        logits: Logits = self._session.run(None, {self._entry: batch.astype(np.float32)})[0]
        return logits

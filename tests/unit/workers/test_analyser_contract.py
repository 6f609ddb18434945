"""The analyser that ships keeps the contract of all analysers."""

import numpy as np

from capture.sources.opening import open_source
from stream.protocol.contracts import Analyser, Pixels
from tests.contracts.analyser_contract import AnalyserContract
from workers.analysers import capillary


class TestCapillaryAnalyser(AnalyserContract):
    def make(self) -> Analyser:
        return capillary({})

    def picture(self) -> Pixels:
        source = open_source("synthetic:?seed=3&seconds=1")
        assert source.grab() is not None
        pixels = np.empty((source.height, source.width, 3), np.uint8)
        source.retrieve(pixels)
        source.close()
        return pixels

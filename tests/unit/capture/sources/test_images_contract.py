"""Pictures keep the contract of all sources: a folder, a pattern, a stack."""

from pathlib import Path

import cv2
from PIL import Image

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract
from tests.doubles.media import card


class TestFolder(RecordedContract):
    length = 4

    def open(self, folder: Path) -> FrameSource:
        for number, suffix in enumerate(("png", "jpg", "bmp", "tif")):
            cv2.imwrite(str(folder / f"f{number}.{suffix}"), card(number))
        return open_source(str(folder))


class TestPattern(RecordedContract):
    length = 3

    def open(self, folder: Path) -> FrameSource:
        for number in range(self.length):
            cv2.imwrite(str(folder / f"f{number}.png"), card(number))
        cv2.imwrite(str(folder / "overview.png"), card(9, 40, 30))
        return open_source(f"images:{folder}/f?.png?fps=10")


class TestStack(RecordedContract):
    length = 5

    def open(self, folder: Path) -> FrameSource:
        pages = [Image.fromarray(card(number)[:, :, ::-1]) for number in range(self.length)]
        pages[0].save(folder / "stack.tif", save_all=True, append_images=pages[1:])
        return open_source(str(folder / "stack.tif"))

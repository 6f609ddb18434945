"""Pictures keep the contract of all sources: a folder, a pattern, a stack."""

from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import FileContract, RecordedContract
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


class TestStack(FileContract):
    length = 5

    def open(self, folder: Path) -> FrameSource:
        pages = [Image.fromarray(card(number)[:, :, ::-1]) for number in range(self.length)]
        pages[0].save(folder / "stack.tif", save_all=True, append_images=pages[1:])
        return open_source(str(folder / "stack.tif"))


class TestSeparatePlanes(FileContract):
    """16-bit colour in separate planes, with thumbnails among the pages."""

    length = 3

    def open(self, folder: Path) -> FrameSource:
        with tifffile.TiffWriter(folder / "a.tif") as writer:
            for number in range(self.length):
                planes = np.moveaxis(card(number)[:, :, ::-1].astype(np.uint16) << 8, -1, 0)
                writer.write(planes, photometric="rgb", planarconfig="separate", metadata=None)
                writer.write(planes[:, ::4, ::4], photometric="rgb", planarconfig="separate", subfiletype=1)
        return open_source(str(folder / "a.tif"))


class TestImageJStack(FileContract):
    """Channels of a composite are colours."""

    length = 4

    def open(self, folder: Path) -> FrameSource:
        channels = np.stack([np.moveaxis(card(number)[:, :, ::-1], -1, 0) for number in range(self.length)])
        tifffile.imwrite(folder / "a.tif", channels, imagej=True, metadata={"axes": "TCYX", "mode": "composite"})
        return open_source(str(folder / "a.tif"))


class TestAnimation(FileContract):
    length = 4

    def open(self, folder: Path) -> FrameSource:
        frames = [Image.fromarray(card(number)[:, :, ::-1]) for number in range(self.length)]
        durations = [40, 80, 0, 120]
        frames[0].save(folder / "a.webp", save_all=True, append_images=frames[1:], lossless=True, duration=durations)
        return open_source(str(folder / "a.webp"))

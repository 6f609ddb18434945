"""What every frame source must do: subclass, say how to open it, and the tests run.

`SourceContract` holds for all sources; `RecordedContract` adds an end and going back, for those that are not live, and
`FileContract` that of one in a file every frame is itself, failed or told to be missing;
`LiveContract` adds loss and return, for those that are, `DamageContract` that a damaged frame is told, and
`NetworkContract` that nobody else hears of a camera.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError
from stream.pixels.layouts import frame_bytes
from stream.protocol.contracts import FrameSource, Grab, Pixels, PlanarSource, layout_of, retrieved
from tests.doubles.cameras.proxy import hostile_proxy
from tests.doubles.media import card

ROUNDING = 3
"""Levels by which colours differ if they were converted from planes in another way."""
SAFE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def buffer(source: FrameSource, fill: int = 0) -> Pixels:
    """Return a buffer for one frame."""
    return np.full((source.height, source.width, 3), fill, np.uint8)


def grabbed(source: FrameSource) -> Grab:
    """Grab the next frame, which must be there."""
    grab = source.grab()
    assert grab is not None
    return grab


def frame(source: FrameSource) -> Pixels:
    """Return the next frame's pixels."""
    grabbed(source)
    out = buffer(source)
    source.retrieve(out)
    return out


class SourceContract:
    """At least three frames of at least 8x8 pixels, with something to see in each."""

    def open(self, folder: Path) -> FrameSource:
        """Return a fresh source, always with the same frames if it is recorded; `folder` is empty the first time."""
        raise NotImplementedError

    @pytest.fixture
    def source(self, tmp_path: Path) -> Iterator[FrameSource]:
        source = self.open(tmp_path)
        yield source
        source.close()

    def test_name_is_safe_for_topics_and_logs(self, source: FrameSource) -> None:
        assert SAFE_NAME.fullmatch(source.name)
        assert len(source.name) <= 40

    def test_frames_are_of_the_announced_size(self, source: FrameSource) -> None:
        assert source.width >= 8
        assert source.height >= 8
        for _ in range(3):
            grab = grabbed(source)
            assert (grab.width, grab.height) == (source.width, source.height)

    def test_rate_is_a_number_or_unknown(self, source: FrameSource) -> None:
        assert source.fps is None or source.fps > 0

    def test_index_counts_from_zero(self, source: FrameSource) -> None:
        assert [grabbed(source).index for _ in range(3)] == [0, 1, 2]

    def test_media_time_starts_near_zero_and_never_goes_back(self, source: FrameSource) -> None:
        times = [grabbed(source).time_s for _ in range(3)]
        assert 0 <= times[0] < 1
        assert times == sorted(times)

    def test_retrieve_fills_the_given_buffer_and_nothing_else(self, source: FrameSource) -> None:
        ring = np.full((source.height + 2, source.width, 3), 99, np.uint8)
        slot = ring[1:-1]
        grabbed(source)
        source.retrieve(slot)
        assert slot.std() > 0
        assert (ring[0] == 99).all()
        assert (ring[-1] == 99).all()

    def test_retrieve_writes_every_pixel_whatever_was_there(self, source: FrameSource) -> None:
        black, white = buffer(source, 0), buffer(source, 255)
        grabbed(source)
        source.retrieve(black)
        source.retrieve(white)
        np.testing.assert_array_equal(black, white)

    def test_a_frame_as_it_is_made_is_what_its_pixels_show_and_fits_the_memory_that_it_was_promised(
        self, source: FrameSource
    ) -> None:
        size = frame_bytes(layout_of(source), source.width, source.height)
        for fill in (0, 255):
            grab, memory, pixels = grabbed(source), np.full(size + 9, fill, np.uint8), buffer(source)
            source.retrieve(pixels)
            image = retrieved(source, grab, memory[:size])
            np.testing.assert_allclose(image.pixels, pixels.astype(float), atol=ROUNDING)
            assert (memory[size:] == fill).all()

    def test_retrieve_before_the_first_grab_is_refused(self, source: FrameSource) -> None:
        with pytest.raises(SourceError):
            source.retrieve(buffer(source))
        if isinstance(source, PlanarSource):
            with pytest.raises(SourceError):
                source.retrieve_planes(buffer(source).reshape(-1))

    def test_closing_twice_is_allowed(self, source: FrameSource) -> None:
        grabbed(source)
        source.close()
        source.close()


class RecordedContract(SourceContract):
    """A source with an end, whose frames can be read again."""

    length: int
    """Frames that the opened source gives."""

    counted = True
    """Whether it knows its length beforehand."""

    def test_it_is_not_live(self, source: FrameSource) -> None:
        assert not source.live

    def test_it_promises_no_wrong_length(self, source: FrameSource) -> None:
        assert source.frame_count == (self.length if self.counted else None)

    def test_all_frames_come_once_then_none_and_none_again(self, source: FrameSource) -> None:
        indices = []
        while (grab := source.grab()) is not None:
            indices.append(grab.index)
        assert indices == list(range(self.length))
        assert source.grab() is None

    def test_media_time_advances_with_every_frame(self, source: FrameSource) -> None:
        times = [grabbed(source).time_s for _ in range(self.length)]
        assert all(later > earlier for earlier, later in itertools.pairwise(times))

    def test_frames_that_are_not_retrieved_change_nothing(self, source: FrameSource, tmp_path: Path) -> None:
        other = self.open(tmp_path)
        frame(source), frame(source)
        grabbed(other), grabbed(other)
        np.testing.assert_array_equal(frame(source), frame(other))
        other.close()

    def test_opening_again_gives_the_same(self, source: FrameSource, tmp_path: Path) -> None:
        other = self.open(tmp_path)
        assert grabbed(source) == grabbed(other)
        assert source.name == other.name
        other.close()

    def test_seek_reaches_exactly_the_frame_that_reading_reaches(self, source: FrameSource) -> None:
        pixels, grabs = [], []
        for _ in range(self.length):
            grabs.append(grabbed(source))
            pixels.append(buffer(source))
            source.retrieve(pixels[-1])
        for index in (self.length - 1, 0, self.length // 2, self.length // 2 + 1, 1):
            source.seek(index)
            out = buffer(source)
            assert grabbed(source) == grabs[index]
            source.retrieve(out)
            np.testing.assert_array_equal(out, pixels[index])

    def test_seek_to_the_end_leaves_nothing(self, source: FrameSource) -> None:
        source.seek(self.length)
        assert source.grab() is None

    def test_seek_out_of_range_is_refused(self, source: FrameSource) -> None:
        for index in (-1, self.length + 1):
            with pytest.raises(SourceError):
                source.seek(index)


class FileContract(RecordedContract):
    """A recording in one file, which `open` writes from `picture(0)`, `picture(1)` … as the folder's only file.

    However the file is damaged, each of its frames is itself, or fails, or is missing and the end says so.
    """

    changed_by = 12.0
    """How far the codec may take a frame from its picture: mean difference of a sample."""

    tells_cut = True
    """Whether the format knows that something is missing behind a cut: a bare stream does not."""

    tells_damage = True
    """Whether the codec knows damaged bytes: one without a checksum does not, if any bits are a code to it."""

    def picture(self, number: int) -> Pixels:
        """Return the picture that a frame was made from, (height, width, 3) uint8 BGR, unlike all others."""
        return card(number)

    def read(self, path: Path) -> FrameSource:
        """Open a file that is a damaged copy of what `open` writes."""
        return open_source(str(path))

    def _outcome(self, source: FrameSource) -> tuple[list[int | None], bool]:
        """Return which picture each frame is, None if it fails, and whether the source said that some are missing.

        Asserts that a frame that does not fail is as near to its picture as the codec makes it.
        """
        known = np.stack([self.picture(number)[::4, ::4] for number in range(self.length)]).astype(np.int16)
        found: list[int | None] = []
        out, told = buffer(source, 77), False
        try:
            while source.grab() is not None:
                try:
                    source.retrieve(out)
                except FrameError:
                    found.append(None)
                    continue
                apart = np.abs(out[::4, ::4] - known).mean(axis=(1, 2, 3))
                found.append(int(apart.argmin()))
                assert apart.min() <= self.changed_by or not self.tells_damage
        except SourceError:
            told = True
        return found, told or len(found) < (source.frame_count or 0)

    def test_each_frame_is_the_picture_that_was_recorded(self, source: FrameSource) -> None:
        found, told = self._outcome(source)
        assert found == list(range(self.length))
        assert not told

    def _damaged(self, folder: Path, change: Callable[[bytearray], bytes]) -> tuple[list[int | None], bool]:
        """Return the outcome of a copy whose bytes were changed; a file that is refused has no frames, and says so."""
        self.open(folder).close()
        (path,) = folder.iterdir()
        copy = folder / "damaged" / path.name
        copy.parent.mkdir()
        copy.write_bytes(change(bytearray(path.read_bytes())))
        try:
            source = self.read(copy)
        except SourceError:
            return [], True
        with closing(source):
            return self._outcome(source)

    def test_of_a_file_that_is_cut_off_no_frame_is_lost_without_a_word(self, tmp_path: Path) -> None:
        found, told = self._damaged(tmp_path, lambda data: bytes(data[: int(len(data) * 0.7)]))
        assert all(one in (None, at) for at, one in enumerate(found))
        assert len(found) == self.length or told or not self.tells_cut

    def test_a_damaged_frame_is_never_another_one(self, tmp_path: Path) -> None:
        def change(data: bytearray) -> bytes:
            at = len(data) // 2
            data[at : at + 64] = np.random.default_rng(7).bytes(64)
            return bytes(data)

        found, _ = self._damaged(tmp_path, change)
        whole = [one for one in found if one is not None]
        assert all(later > earlier for earlier, later in itertools.pairwise(whole)) or not self.tells_damage


class LiveContract(SourceContract):
    """A source whose frames come at their own pace. Say how its camera is lost and found."""

    def lose(self) -> None:
        """Make the camera give nothing more."""
        raise NotImplementedError

    def find(self) -> None:
        """Make the camera work again."""
        raise NotImplementedError

    def test_it_is_live_and_endless(self, source: FrameSource) -> None:
        assert source.live
        assert source.frame_count is None

    def test_it_cannot_go_back(self, source: FrameSource) -> None:
        with pytest.raises(SourceError, match="is live"):
            source.seek(0)

    def test_after_closing_there_are_no_more_frames(self, source: FrameSource) -> None:
        grabbed(source)
        source.close()
        assert source.grab() is None

    def test_what_is_lost_is_an_error_and_can_be_opened_again(self, source: FrameSource, tmp_path: Path) -> None:
        grabbed(source)
        self.lose()
        with pytest.raises(SourceError, match=r"stopped giving frames after \d+|broke off|gives no video"):
            list(iter(source.grab, None))
        source.close()
        self.find()
        other = self.open(tmp_path)
        assert frame(other).std() > 0
        other.close()


def _is_refused(source: FrameSource, out: Pixels) -> bool:
    """Return whether the next frame is refused."""
    grabbed(source)
    try:
        source.retrieve(out)
    except FrameError:
        return True
    return False


class DamageContract(LiveContract):
    """A live source that tells a damaged frame from a whole one. Say how its frames are damaged."""

    def damage(self) -> None:
        """Make the camera's frames come damaged from now on, until `find`."""
        raise NotImplementedError

    def test_a_damaged_frame_is_refused_and_whole_ones_follow(self, source: FrameSource) -> None:
        self.damage()
        out = buffer(source)
        assert any(_is_refused(source, out) for _ in range(200))
        self.find()
        assert not all(_is_refused(source, out) for _ in range(200))


class NetworkContract(LiveContract):
    """A live source with an address. Its `open` puts `SECRET` into the address as the password."""

    SECRET = "pass-word"

    @pytest.fixture(autouse=True)
    def _unheard(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with hostile_proxy() as proxy:
            for name, value in proxy.environment.items():
                monkeypatch.setenv(name, value)
            yield
            assert proxy.heard == []

    def test_no_error_and_no_name_holds_the_password(
        self, source: FrameSource, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.lose()
        with pytest.raises(SourceError) as caught:
            list(iter(source.grab, None))
        with pytest.raises(SourceError) as again:
            self.open(tmp_path)
        self.find()
        said = f"{caught.value}{again.value}{source.name}{source!r}{''.join(capfd.readouterr())}"
        assert self.SECRET not in said

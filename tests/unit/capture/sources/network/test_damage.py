"""After a loss, frames of a camera are shown again from the next key frame, in whatever order they come out."""

import pickle

from capture.sources.network.damage import Damage


def shown(*packets: tuple[bool, bool]) -> list[bool]:
    """Return which frames are shown if each packet, key and faulty or not, is followed by its frame."""
    damage, found = Damage(intra_only=False), []
    for pts, (key, fault) in enumerate(packets):
        damage.packet(pts, key=key, fault=fault)
        found.append(not damage.frame(pts, corrupt=False))
    return found


def test_after_a_loss_frames_are_shown_again_from_the_next_key_frame() -> None:
    frames = [(False, False), (True, False), (False, False), (False, True), (False, False), (True, False), (True, True)]
    assert shown(*frames) == [False, True, True, False, False, True, False]


def test_a_fault_belongs_to_the_frame_of_its_packet_although_the_decoder_holds_frames_back() -> None:
    damage = Damage(intra_only=False)
    key_at, fault_at = (0, 4, 8), 3
    packets = [0, 2, 1, 4, 3, 6, 5, 8, 7]  # times of presentation, in order of decoding
    out = []
    for place, pts in enumerate(packets):
        damage.packet(pts, key=pts in key_at, fault=pts == fault_at)
        if place >= 2:
            out.append(not damage.frame(place - 2, corrupt=False))
    assert out == [
        True,
        True,
        True,
        False,
        True,
        True,
        True,
    ]  # 3 comes before the key frame 4: nothing after 4 needs it


def test_a_camera_that_runs_for_days_costs_no_more_memory() -> None:
    damage, bytes_after = Damage(intra_only=False), {}
    for number in range(5001):
        damage.packet(number, key=number % 25 == 0, fault=number % 10 == 3)
        damage.frame(number, corrupt=False)
        bytes_after[number] = len(pickle.dumps(damage))
    assert bytes_after[5000] <= bytes_after[1000] + 20

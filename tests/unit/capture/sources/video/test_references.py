"""What a fault spoils: what is decoded after it, up to the next key frame; a leading picture's fault is its own."""

from capture.sources.video.references import References


def test_a_fault_spoils_what_follows_up_to_the_next_key_frame() -> None:
    references = References(intra_only=False)
    for order in range(1, 9):
        references.decoded(order, order, key=order in (1, 6), fault=order == 3)
    assert [bool(references.damage(order, order)) for order in range(1, 9)] == [
        *(False, False, True, True, True),
        *(False, False, False),
    ]


def test_what_is_shown_after_a_key_frame_builds_on_no_picture_that_is_shown_before_it() -> None:
    references = References(intra_only=False)
    # Order of decoding and time of presentation of an open group: the key frame 2 leads, 3 and 4 are shown before it.
    for order, pts, key, fault in (
        (1, 0, True, False),
        (2, 30, True, False),
        (3, 10, False, True),
        (4, 20, False, False),
    ):
        references.decoded(order, pts, key=key, fault=fault)
    references.decoded(5, 60, key=False, fault=False)
    assert not references.damage(2, 30)
    assert references.damage(3, 10)
    assert references.damage(4, 20)  # it may refer to the other leading picture
    assert not references.damage(5, 60)


def test_where_every_frame_stands_for_itself_a_fault_is_its_own() -> None:
    references = References(intra_only=True)
    references.decoded(1, 1, key=True, fault=True)
    references.decoded(2, 2, key=True, fault=False)
    assert references.damage(1, 1)
    assert not references.damage(2, 2)

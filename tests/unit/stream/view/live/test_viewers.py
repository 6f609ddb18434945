"""Open pages are counted, woken, and asked what they want; the end of a run waits for them."""

import threading

from stream.view.live.viewers import Viewers, Wishes


def silent() -> None:
    """Wake nothing."""


def test_pages_that_join_are_counted_until_they_leave() -> None:
    viewers = Viewers()
    first, second = viewers.join(silent), viewers.join(silent)
    assert (viewers.count, viewers.wanting_pictures) == (2, 2)
    viewers.leave(first)
    viewers.leave(first)
    assert viewers.count == 1
    viewers.leave(second)
    assert viewers.count == 0


def test_a_page_is_sent_pictures_until_it_wants_none() -> None:
    viewers = Viewers()
    viewer = viewers.join(silent)
    assert viewers.wishes_of(viewer) == Wishes(pictures=True, overlay=True)
    viewers.set_wishes(viewer, Wishes(pictures=False))
    assert (viewers.wishes_of(viewer).pictures, viewers.wanting_pictures, viewers.count) == (False, 0, 1)


def test_wishes_of_a_page_that_has_left_are_forgotten() -> None:
    viewers = Viewers()
    viewer = viewers.join(silent)
    viewers.leave(viewer)
    viewers.set_wishes(viewer, Wishes(pictures=True))
    assert viewers.wanting_pictures == 0


def test_every_open_page_is_woken_and_may_leave_as_it_is() -> None:
    viewers = Viewers()
    woken: list[str] = []
    viewers.join(lambda: woken.append("first"))
    leaving = viewers.join(lambda: viewers.leave(leaving))
    viewers.wake_all()
    viewers.wake_all()
    assert (woken, viewers.count) == (["first", "first"], 1)


def test_waiting_ends_with_the_last_page_or_with_the_time() -> None:
    viewers = Viewers()
    viewer = viewers.join(silent)
    viewers.wait_until_gone(0.01)
    assert viewers.count == 1
    leaver = threading.Timer(0.05, viewers.leave, [viewer])
    leaver.start()
    viewers.wait_until_gone(60)
    leaver.join()
    assert viewers.count == 0

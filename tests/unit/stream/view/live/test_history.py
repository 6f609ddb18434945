"""The trend stays bounded and keeps its order, and thinning loses no good second."""

from hypothesis import given
from hypothesis import strategies as st

from stream.view.live.history import History, thinned
from stream.view.live.points import Point, ReadingGrade


def point(x_s: float, grade: ReadingGrade = "good", seq: int = 0) -> Point:
    return Point(
        seq=seq, frame="", time_s=x_s, t_capture_ns=0, x_s=x_s, arrived_ns=round(x_s * 1e9), grade=grade, density_pct=5
    )


GRADES: list[ReadingGrade] = ["good", "poor", "unusable", "failed"]
POINTS = st.lists(st.builds(point, st.floats(0, 500), st.sampled_from(GRADES)), max_size=200).map(
    lambda points: sorted(points, key=lambda each: each.x_s)
)


@given(POINTS, st.integers(1, 20), st.integers(1, 20))
def test_history_never_outgrows_its_limits_and_keeps_the_newest(points: list[Point], fine: int, coarse: int) -> None:
    history = History(fine=fine, coarse=coarse)
    for each in points:
        history.add(each)
    kept = list(history)
    assert len(kept) == len(history) <= fine + coarse
    assert kept[len(kept) - min(fine, len(points)) :] == points[-fine:]
    assert [p.x_s for p in kept] == sorted(p.x_s for p in kept)
    assert history.total == len(points)


@given(POINTS, st.floats(0.1, 50))
def test_thinning_keeps_one_point_a_step_and_a_good_one_where_there_is_one(points: list[Point], step_s: float) -> None:
    kept = list(thinned(points, step_s))
    steps = [int(p.x_s // step_s) for p in kept]
    assert steps == sorted({int(p.x_s // step_s) for p in points})
    good = {int(p.x_s // step_s) for p in points if p.grade == "good"}
    assert {step for step, p in zip(steps, kept, strict=True) if p.grade == "good"} == good


@given(st.integers(0, 60), st.integers(0, 80), st.integers(1, 30))
def test_a_viewer_gets_what_came_since_it_last_looked(before: int, after: int, fine: int) -> None:
    history = History(fine=fine, coarse=10)
    for seq in range(before):
        history.add(point(seq / 10, seq=seq))
    seen = history.total
    for seq in range(before, before + after):
        history.add(point(seq / 10, seq=seq))
    assert [p.seq for p in history.added_since(seen)] == list(range(before, before + after))[-fine:]


def test_readings_are_found_by_when_they_arrived_across_both_parts() -> None:
    history = History(fine=3, coarse=10)
    for second in range(8):
        history.add(point(float(second), seq=second))
    assert [p.seq for p in history.arrived_after(2_500_000_000)] == [3, 4, 5, 6, 7]
    assert [p.seq for p in history.arrived_after(-1)] == list(range(8))
    assert history.arrived_after(7_000_000_000) == []

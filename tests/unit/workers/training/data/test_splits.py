"""Leaving scenes out: whatever is scored, nothing that scores it has seen it, nor its scene."""

from hypothesis import given
from hypothesis import strategies as st

from workers.training.data.dataset_info import HELMY
from workers.training.data.splits import Round, Split, learn_and_score, leave_out, scenes_of, set_apart

NAMES = [f"f{number:02d}" for number in [*range(1, 24), 25]]


def seen(split: Split) -> set[str]:
    return {*split.seen, *split.watched}


def nothing_leaks(one: Round, names: list[str]) -> None:
    scenes = [set(scene) for scene in scenes_of(names, HELMY.same_scene)]
    scored = set().union(*(scene for scene in scenes if scene & set(one.scored)))
    assert not any(seen(split) & scored for split in one.splits)
    for opined in one.inner:
        related = set().union(*(scene for scene in scenes if scene & set(opined.names)))
        assert not seen(opined.split) & related
        assert not scored & set(opined.names)


@given(st.integers(3, 9), st.integers(0, 50), st.booleans())
def test_nothing_of_a_scored_scene_reaches_a_network_or_an_inner_opinion(
    count: int, seed: int, whole_groups: bool
) -> None:
    rounds = leave_out(NAMES, count, seed, HELMY.same_scene, whole_groups)
    assert sorted(name for one in rounds for name in one.scored) == NAMES
    for one in rounds:
        nothing_leaks(one, NAMES)


@given(st.integers(3, 9), st.integers(0, 50))
def test_one_scene_is_scored_at_a_time_and_all_others_teach(count: int, seed: int) -> None:
    rounds = leave_out(NAMES, count, seed, HELMY.same_scene)
    assert len(rounds) == 21
    for one in rounds:
        assert sorted([*one.scored, *one.outer.seen]) == NAMES
    pairs = {opined.split.name: opined.split for one in rounds for opined in one.inner}
    assert len(pairs) == count * (count - 1) // 2
    every = {split.name: split for one in rounds for split in one.splits}
    assert len({split.seed for split in every.values()}) == len(every) == 21 + len(pairs)


@given(st.sets(st.sampled_from(NAMES), min_size=8, max_size=18), st.integers(0, 50))
def test_a_hard_split_learns_its_threshold_from_what_it_may_see(learned: set[str], seed: int) -> None:
    scored = [name for scene in scenes_of(NAMES, HELMY.same_scene) if not learned & set(scene) for name in scene]
    one = learn_and_score("faint", sorted(learned), scored, 3, seed, HELMY.same_scene)
    nothing_leaks(one, NAMES)
    assert sorted(name for opined in one.inner for name in opined.names) == sorted(learned)


@given(st.integers(0, 50))
def test_frames_that_are_only_watched_are_whole_scenes_of_those_that_may_be_seen(seed: int) -> None:
    split = set_apart(Split("one", NAMES, [], seed), 6, HELMY.same_scene)
    assert sorted([*split.seen, *split.watched]) == NAMES
    assert not any(set(scene) & set(split.seen) and set(scene) & set(split.watched) for scene in HELMY.same_scene)

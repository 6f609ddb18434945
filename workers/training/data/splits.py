"""Splits of labelled frames into folds that leak nothing: frames of one scene stay together. Knows names alone."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Split:
    """One network to train: names of the frames that it learns from, and of those whose loss is only watched."""

    name: str
    seen: list[str]
    watched: list[str]
    seed: int


@dataclass(frozen=True)
class Opined:
    """Frames that the network of `split` has not seen, and shall give its opinion of."""

    split: Split
    names: list[str]


@dataclass(frozen=True)
class Round:
    """Frames to score, the network that does it, and the opinions from which all else is fitted.

    No network of a round, outer or inner, has seen any of the scored frames or of their scenes, and no inner network
    has seen the frames that it gives its opinion of.
    """

    scored: list[str]
    outer: Split
    inner: list[Opined]

    @property
    def splits(self) -> list[Split]:
        """All networks of the round."""
        return [self.outer, *(opined.split for opined in self.inner)]


def scenes_of(names: Sequence[str], same_scene: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return `names` in groups of one scene, in order of first appearance."""
    scene: Mapping[str, str] = {name: min(group) for group in same_scene for name in group}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(scene.get(name, name), []).append(name)
    return list(groups.values())


def folds_of(names: Sequence[str], count: int, seed: int, same_scene: Sequence[Sequence[str]] = ()) -> list[list[str]]:
    """Split `names` into `count` folds of nearly equal size, a scene in one fold alone; the same for the same seed."""
    scenes = scenes_of(names, same_scene)
    order = sorted(scenes, key=lambda scene: (-len(scene), zlib.crc32(f"{seed} {min(scene)}".encode())))
    folds: list[list[str]] = [[] for _ in range(count)]
    for scene in order:
        min(folds, key=len).extend(scene)
    return [sorted(fold) for fold in folds]


def leave_out(
    names: Sequence[str], count: int, seed: int, same_scene: Sequence[Sequence[str]] = (), whole_groups: bool = False
) -> list[Round]:
    """Return one round per scene: all that is fitted, the network too, comes from the other scenes.

    The scenes lie in `count` groups, at least 3. One network per pair of groups is trained without both: it gives its
    opinion of the one group for the scenes of the other, in both directions. whole_groups: one round per group instead,
    with fewer networks, each of which has seen less.
    """
    groups = folds_of(names, count, seed, same_scene)
    pairs = {
        (g, h): Split(f"pair{g + 1}-{h + 1}", without(names, [*groups[g], *groups[h]]), [], seed + 1 + count * g + h)
        for g in range(count)
        for h in range(g + 1, count)
    }
    rounds: list[Round] = []
    for g, group in enumerate(groups):
        inner = [Opined(pairs[min(g, h), max(g, h)], groups[h]) for h in range(count) if h != g]
        for scored in [group] if whole_groups else scenes_of(group, same_scene):
            number = len(rounds) + 1
            outer = Split(f"outer{number}", without(names, scored), [], seed + count * count + number)
            rounds.append(Round(scored, outer, inner))
    return rounds


def learn_and_score(
    name: str, learned: Sequence[str], scored: Sequence[str], count: int, seed: int, same_scene: Sequence[Sequence[str]]
) -> Round:
    """Return the round that learns from some frames and scores others; inner opinions come from `count` folds."""
    folds = folds_of(learned, count, seed, same_scene)
    inner = [
        Opined(Split(f"{name}-fold{number}", without(learned, fold), [], seed + number), fold)
        for number, fold in enumerate(folds, start=1)
    ]
    return Round(list(scored), Split(name, list(learned), [], seed), inner)


def without(names: Sequence[str], left_out: Sequence[str]) -> list[str]:
    """Return the names, in their order, without those left out."""
    return [name for name in names if name not in left_out]


def set_apart(split: Split, parts: int, same_scene: Sequence[Sequence[str]]) -> Split:
    """Return the split with one in `parts` of the frames that it learns from only watched, whole scenes."""
    watched = folds_of(split.seen, parts, split.seed, same_scene)[0]
    return Split(split.name, without(split.seen, watched), watched, split.seed)

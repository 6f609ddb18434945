"""Splits of labelled frames into folds that leak nothing: frames of one scene stay together. Knows names alone."""

import zlib
from collections.abc import Mapping, Sequence


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

"""A quota of CPU time counts, whichever version of control groups sets it, and at whichever level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.machine.cpu_quota import quota_cores, whole_cores

V2_MOUNT = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
V1_MOUNT = "33 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"


def quota(**files: str) -> float | None:
    """Return the quota of a machine with these files; names as `files_of` makes them."""
    return quota_cores(lambda path: files.get(path, ""))


def machine(groups: str, mounts: str, files: dict[str, str]) -> float | None:
    return quota(**{"/proc/self/cgroup": groups, "/proc/self/mountinfo": mounts} | files)


@pytest.mark.parametrize(
    ("text", "cores"),
    [("50000 100000\n", 0.5), ("200000 100000\n", 2.0), ("max 100000\n", None), ("", None), ("0 100000", None)],
)
def test_version_2_says_it_in_one_file(text: str, cores: float | None) -> None:
    assert machine("0::/box\n", V2_MOUNT, {"/sys/fs/cgroup/box/cpu.max": text}) == cores


@pytest.mark.parametrize(("text", "cores"), [("50000\n", 0.5), ("-1\n", None), ("", None)])
def test_version_1_says_it_in_two_files(text: str, cores: float | None) -> None:
    folder = "/sys/fs/cgroup/cpu,cpuacct/box"
    files = {f"{folder}/cpu.cfs_quota_us": text, f"{folder}/cpu.cfs_period_us": "100000\n"}
    assert machine("7:memory:/other\n4:cpu,cpuacct:/box\n0::/\n", V1_MOUNT, files) == cores


def test_the_narrowest_of_a_group_and_those_above_it_counts() -> None:
    files = {
        "/sys/fs/cgroup/a/b/c/cpu.max": "max 100000",
        "/sys/fs/cgroup/a/b/cpu.max": "300000 100000",
        "/sys/fs/cgroup/a/cpu.max": "150000 100000",
    }
    assert machine("0::/a/b/c\n", V2_MOUNT, files) == 1.5


@pytest.mark.parametrize("group", ["/", "/docker/0af3", "/../../elsewhere"])
def test_in_a_container_the_mount_is_the_group_itself(group: str) -> None:
    mount = "29 23 0:26 /docker/0af3 /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
    assert machine(f"0::{group}\n", mount, {"/sys/fs/cgroup/cpu.max": "200000 100000"}) == 2.0


def test_a_mount_with_a_blank_in_its_name_is_found() -> None:
    mount = "29 23 0:26 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw\n"
    assert machine("0::/box\n", mount, {"/mnt/my groups/box/cpu.max": "100000 100000"}) == 1.0


@pytest.mark.parametrize(
    ("affinity", "cores", "workers"), [(2, 0.5, 1), (64, 2.0, 2), (64, 2.9, 2), (4, None, 4), (2, 8.0, 2), (1, None, 1)]
)
def test_as_many_workers_as_mask_and_quota_allow(affinity: int, cores: float | None, workers: int) -> None:
    assert whole_cores(affinity, cores) == workers


@given(st.text(), st.text(), st.text(max_size=40))
def test_whatever_the_files_say_there_is_an_answer(groups: str, mounts: str, text: str) -> None:
    found = quota_cores(
        lambda path: {"/proc/self/cgroup": groups, "/proc/self/mountinfo": V2_MOUNT + mounts}.get(path, text)
    )
    assert found is None or found > 0


@given(st.integers(1, 256), st.integers(1, 10**9), st.integers(1000, 10**6))
def test_never_more_workers_than_the_quota_and_never_none(affinity: int, allowed: int, period: int) -> None:
    found = machine("0::/\n", V2_MOUNT, {"/sys/fs/cgroup/cpu.max": f"{allowed} {period}"})
    assert found is not None
    workers = whole_cores(affinity, found)
    assert 1 <= workers <= affinity
    assert workers == 1 or workers <= found + 1e-6

"""A session on disk with a marker: what tables over several sessions are made of."""

from pathlib import Path

import numpy as np

from stream.protocol.bedside import Marker
from stream.session.journal import Journal
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import START_NS, failed, reading


def marked_session(folder: Path, *, after: float = 14.0, facts: bool = True) -> Path:
    """Write a replay of 60 s whose density is 10 % and, from the 30th second on, `after`; a fluid is marked there."""
    folder.mkdir(parents=True)
    store, noise = Store(folder / FILE_NAME), np.random.default_rng(1).normal(0, 0.2, 240)
    if facts:
        store.set_facts(session=folder.name, mode="replay", status="complete", width=64, height=48, fps=4.0)
    for seq in range(240):
        density = (10.0 if seq < 120 else after) + float(noise[seq])
        fields = {"density_pct": density, "density_low_pct": density - 1, "density_high_pct": density + 1}
        store.add(reading(seq, time_s=seq / 4, t_capture_ns=START_NS + seq * 250_000_000, **fields))
    store.add(failed(240, time_s=60.0))
    marker = Marker(
        session=folder.name, source="s", change="set", t_changed_ns=1, id=1, kind="fluid", text="=250 ml", seq=120,
        t_ns=START_NS + 120 * 250_000_000,
    )  # fmt: skip
    Journal(store, folder.name).keep_marker(marker)
    store.close()
    return folder

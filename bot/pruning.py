"""Prune while others write: what is past its retention goes in slices that let the writer go after a moment.

A slice is as large as fits into 25 ms of work, by what the slice before took: a writer that
waits behind one waits far less than the 100 ms that are asked. What the disk takes for a
commit comes to that, and is the same for any slice: smaller ones would only make more of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from storage.upkeep import SWEEPS, Keep, forget

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.config import KeepSettings
    from bot.store import Held, Store
    from storage.upkeep import Sweep

AIM_S: Final = 0.025
_FIRST: Final = 50
_FEWEST: Final = 10
_MOST: Final = 500
# Found at once; a round ends after so many slices, the next one goes on.
_FOUND: Final = 2000
_MOST_SLICES: Final = 300


@dataclass(slots=True)
class Pruned:
    """Hold what a round removed, by kind, in how many slices, and the longest that one held the writer."""

    rows: dict[str, int] = field(default_factory=dict)
    slices: int = 0
    longest_s: float = 0.0

    @property
    def total(self) -> int:
        """Return how many rows went."""
        return sum(self.rows.values())

    def count(self, kind: str, rows: int, *, held: Held) -> None:
        """Count one slice."""
        self.rows[kind] = self.rows.get(kind, 0) + rows
        self.slices += 1
        self.longest_s = max(self.longest_s, held.whole_s)


def keep_of(settings: KeepSettings) -> Keep:
    """Return for how long things are kept, as the settings say."""
    days: Mapping[str, int] = settings.model_dump()
    return Keep(**{name.removesuffix("_days"): timedelta(days=count) for name, count in days.items()})


def next_size(size: int, *, took_s: float) -> int:
    """Return how many rows the next slice takes: at most twice as many, at least a quarter, as the last one went."""
    wanted = size * AIM_S / max(took_s, AIM_S / 100)
    return int(max(_FEWEST, min(_MOST, max(size / 4, min(size * 2, wanted)))))


async def prune_all(store: Store, keep: Keep, *, now: datetime) -> Pruned:
    """Remove everything that is past its retention, as far as one round goes."""
    pruned = Pruned()
    over, held = await store.write_timed(forget, now=now)
    pruned.count("over", over, held=held)
    for sweep in SWEEPS:
        await _sweep(store, sweep, keep=keep, now=now, pruned=pruned)
    return pruned


async def _sweep(store: Store, sweep: Sweep, *, keep: Keep, now: datetime, pruned: Pruned) -> None:
    size = _FIRST
    while found := list(await store.read(sweep.find, keep, now=now, limit=_FOUND)):
        before = pruned.total
        while found and pruned.slices < _MOST_SLICES:
            ids, found = found[:size], found[size:]
            gone, held = await store.write_timed(sweep.remove, ids, keep=keep, now=now)
            pruned.count(sweep.name, gone, held=held)
            size = next_size(size, took_s=held.work_s)
        if pruned.slices >= _MOST_SLICES or pruned.total == before:
            return

"""Measure whole decisions a CPU-second, what an open entry weighs, and what a restart takes, as the window grows.

python -m tests.bench.bench_stories [SIZE…]      by default 1000 10000 30000; 300000 takes some minutes

The stream is made up: words by Zipf's law, of which a headline still has three times as many new ones as
the labelled headlines have (25 % and 8 % after 1,650 of them); an event is a handful of them, and half of
the entries tell an event again in other words. A peer compares a headline with every open one by
token_set_ratio. Fails when a decision costs more than three times as much at the last size as at
10,000, or when the peer decides faster there.
"""

import ctypes
import gc
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

from rapidfuzz import fuzz, process
from sqlalchemy import insert, text

from bot.opened import OpenStories
from matchers.features import traits_of
from matchers.packing import pack, unpack
from matchers.stories import StoryIndex, place
from matchers.types import Filed, Placement, PlacementKind, StoryEntry
from storage.database import Database
from storage.tables import PlacementRow

SIZES = (1_000, 10_000, 30_000)
REFERENCE = 10_000
SLICE = 5_000  # placements read at once
DECISIONS = 500
PEER_DECISIONS = 40
MOST_GROWTH = 3.0
START = datetime(2025, 3, 3, tzinfo=UTC)


class Stream:
    """Make entries, one after another."""

    def __init__(self, seed=4):
        self._chance = random.Random(seed)
        syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "ou", "an")]
        self._words = sorted({"".join(self._chance.choices(syllables, k=3)) for _ in range(60_000)})
        self._chance.shuffle(self._words)
        self._events = []

    def _word(self):
        return self._words[int(len(self._words) ** self._chance.random()) - 1]

    def entry(self, number, moment):
        chance = self._chance
        if self._events and chance.random() < 0.5:
            event = self._events[-1 - int(min(len(self._events), 400) * chance.random() ** 2)]
        else:
            event = [self._word().capitalize() if at < 3 else self._word() for at in range(8)]
            self._events = [*self._events[-400:], event]
        title = [*chance.sample(event, 6), *(self._word() for _ in range(4))]
        summary = [*chance.sample(event, 4), *(self._word() for _ in range(12))]
        texts = {"lang": chance.choice(("fr", "en")), "outlet": f"outlet-{chance.randrange(60)}"}
        return StoryEntry(str(number), " ".join(title), moment, moment, summary=" ".join(summary), **texts)


def resident():
    """Return the bytes that this process holds in memory, when what it let go of is given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        return int(file.read().split()[1]) * 4096


def filled(stream, size):
    """Return an index of so many open entries, and the entries of its last events."""
    step = timedelta(hours=70) / size
    index = StoryIndex()
    made = []
    for number in range(size):
        entry = stream.entry(number, START + step * number)
        made.append(Placement(entry, PlacementKind.NEW, entry.key, entry.key, 0.0, traits=traits_of(entry, ())))
    stored = [(each.entry.seen, each.story, pack(each.traits)) for each in made]
    StoryIndex().restore([filed(each) for each in stored[:SLICE]])  # so that what only the way there needs is there
    begun, before = time.process_time(), resident()
    for at in range(0, size, SLICE):
        index.restore([filed(each) for each in stored[at : at + SLICE]])
    return index, made, (time.process_time() - begun, resident() - before), START + step * size


def filed(stored):
    """Return what storage kept of an entry, in objects of its own, as when a process starts."""
    seen, story, traits = stored
    return Filed(seen, str(int(story)), str(int(story)), None, unpack(traits))


def restart(made, moment):
    """Return the CPU-seconds in which a process that starts reads these placements from a file and indexes them."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        database.upgrade()
        with database.transaction() as session:
            session.connection().execute(text("PRAGMA defer_foreign_keys = ON"))
            for at in range(0, len(made), SLICE):
                session.connection().execute(insert(PlacementRow), [row_of(each) for each in made[at : at + SLICE]])
            gc.collect()
            gc.freeze()  # what the bench itself holds is no part of a process that starts
            opened, begun = OpenStories(timedelta(hours=72)), time.process_time()
            index = opened.caught_up(session, moment)
            took = time.process_time() - begun
            gc.unfreeze()
            session.rollback()
        assert len(index) == len(made)
        return took


def row_of(placement):
    number = int(placement.entry.key) + 1
    return {
        "entry_id": number, "story_id": number, "development": number, "kind": "new", "similarity": 0.0,
        "entities": [], "reasons": [], "seen": {}, "at": placement.entry.seen, "traits": pack(placement.traits),
    }  # fmt: skip


def decide(index, stream, *, first, moment):
    """Place entries as the bot does and return the CPU-seconds of each."""
    entries = [stream.entry(first + number, moment + timedelta(seconds=number)) for number in range(DECISIONS)]
    begun = time.process_time()
    for entry in entries:
        index.expire(entry.seen)
        index.apply(place(entry, (), index=index, now=entry.seen))
    return (time.process_time() - begun) / DECISIONS, entries


def peer(made, entries):
    texts = [each.entry.title for each in made]
    begun = time.process_time()
    for entry in entries[:PEER_DECISIONS]:
        process.extractOne(entry.title, texts, scorer=fuzz.token_set_ratio, score_cutoff=75)
    return (time.process_time() - begun) / PEER_DECISIONS


def main(arguments):
    sizes = [int(size) for size in arguments] or SIZES
    costs, peers = {}, {}
    print(
        "| open entries | decisions a CPU-s | the peer's | bytes an open entry | CPU-s to fill, to restart, a 100,000 |"
    )
    print("| --- | --- | --- | --- | --- |")
    for size in sizes:
        stream = Stream()
        index, made, (filling, held), moment = filled(stream, size)
        restarting = restart(made, moment)
        costs[size], entries = decide(index, stream, first=size, moment=moment)
        peers[size] = peer(made, entries)
        print(
            f"| {size:,} | {1 / costs[size]:,.0f} | {1 / peers[size]:,.0f} | {held / size:,.0f} "
            f"| {filling / size * 100_000:.1f}, {restarting / size * 100_000:.1f} |",
            flush=True,
        )
    growth = costs[sizes[-1]] / costs.get(REFERENCE, costs[sizes[0]])
    print(f"a decision at {sizes[-1]:,} costs {growth:.2f} times one at {REFERENCE:,} (at most {MOST_GROWTH})")
    return growth > MOST_GROWTH or costs[sizes[-1]] > peers[sizes[-1]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

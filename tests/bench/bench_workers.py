"""Poll and match the same news with one worker and with two on PostgreSQL, sending off: throughput, matches, stories.

python -m tests.bench.bench_workers [FEEDS [ROUNDS]]

One and two take turns, and the ratio is the median of the rounds, since the machine may be shared. Three outlets print each event, on feeds that different workers poll; one entry in five is of what is watched. Gates: two
workers take in at least 1.3 times as many entries a second as one on two cores, find the same matches, and put each
entry where one process, given the same entries in the same order, puts it: so no story is split because there are two.
CPU seconds are those of all workers with their parsers; PostgreSQL and the feeds' server run beside them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from pathlib import Path

from sqlmodel import select

from bot.app import compile_watchlist
from bot.clock import SystemClock
from bot.config import Settings
from bot.sighting import named_in
from matchers.stories import StoryIndex, place
from matchers.types import EntryText, StoryEntry
from storage.database import Database
from storage.feeds import add_new_feeds
from storage.records import FeedSpec, OutletSpec
from storage.tables import Entry, MatchRow, PlacementRow
from tests.bench.stand import address

ROOT = Path(__file__).parents[2]
FLOOR = 1.3
FEEDS = (
    1200  # half a minute of work: what each worker must begin with, its parser and its memory of words, weighs little
)
ROUNDS = 3


def main(arguments):
    feeds, rounds = [int(given) for given in (*arguments, *(FEEDS, ROUNDS)[len(arguments) :])]
    with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory() as folder:
        import pgserver

        server = pgserver.get_server(folder, cleanup_mode="delete")
        held = [_round(server, number, feeds) for number in range(rounds)]
        server.cleanup()
    ratio = statistics.median(ratio for ratio, _ in held)
    print(f"median ratio of {rounds} rounds: {ratio:.2f} (asked {FLOOR})")
    return 0 if ratio >= FLOOR and all(same for _, same in held) else 1


def _round(server, number, feeds):
    """Measure one worker and two; return the ratio of their rates, and whether both found and placed the same."""
    one, two = (_measured(server, f"round_{number}_{workers}", workers=workers, feeds=feeds) for workers in (1, 2))
    for name, each in (("one worker", one), ("two workers", two)):
        print(
            f"{name}: {each['entries']} entries, {each['rate']:.0f} a second in {each['wall']:.1f} s, "
            f"{each['cpu']:.1f} CPU-s of all workers, {len(each['matches'])} matches, {each['placed']} in stories, "
            f"{each['astray']} elsewhere than in one process"
        )
    ratio, same = two["rate"] / one["rate"], one["matches"] == two["matches"]
    print(f"ratio {ratio:.2f}; the same matches: {same}", flush=True)
    return ratio, bool(same and not two["astray"] and one["placed"])


def _measured(server, name, *, workers, feeds):
    server.psql(f"create database {name}")
    url = server.get_uri(database=name)
    database = Database(url)
    database.upgrade()
    stand = _started("tests.bench.stand", "0", "sahel")
    try:
        port = stand.stdout.readline().strip()
        with database.transaction() as session:
            specs = [FeedSpec(address(n, port), OutletSpec(f"outlet{n}", f"Outlet {n}")) for n in range(feeds)]
            add_new_feeds(session, specs, due=[SystemClock().now()] * feeds)
        for number in range(feeds):  # what the server must prepare is no work of a worker
            urllib.request.urlopen(address(number, port)).close()
        wall, cpu = _worked(url, workers)
    finally:
        stand.terminate()
        stand.wait()
    found = _found(database)
    database.dispose()
    return found | {"wall": wall, "cpu": cpu, "rate": found["entries"] / wall}


def _worked(url, workers):
    """Let workers that are ready begin together; return the seconds until all are done, and their CPU seconds."""
    running = [_started("tests.bench.worker", url) for _ in range(workers)]
    for each in running:
        assert each.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in running:
        assert each.stdout.readline() == "done\n"
    wall = time.perf_counter() - began
    cpu = sum(float(each.stdout.readline()) for each in running)
    for each in running:
        each.wait()
    return wall, cpu


def _started(module, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _found(database):
    with database.reading() as session:
        entries = {entry.id: entry for entry in session.exec(select(Entry))}
        matches = session.exec(select(MatchRow.entry_id, MatchRow.entity)).all()
        rows = session.exec(select(PlacementRow).order_by(PlacementRow.seq)).all()
    return {
        "entries": len(entries),
        "matches": {(entries[entry].title, entity) for entry, entity in matches},
        "placed": len(rows),
        "astray": _astray(rows, entries),
    }


def _astray(rows, entries):
    """Place the same entries once more in the order in which they were placed; count those that go elsewhere."""
    watchlist, index, astray = compile_watchlist(Settings()), StoryIndex(), 0
    for row in rows:
        entry = entries[row.entry_id]
        text = EntryText(entry.title, entry.summary, entry.lang)
        matches = watchlist.match(text)
        given = StoryEntry(
            str(entry.id), entry.title, row.at, entry.effective, entry.summary, entry.url, entry.lang,
            outlet=f"outlet{entry.feed_id - 1}",
        )  # fmt: skip
        placement = place(given, matches, index=index, now=row.at, places=named_in(text, matches))
        index.apply(placement)
        astray += int(placement.story) != row.story_id
    return astray


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

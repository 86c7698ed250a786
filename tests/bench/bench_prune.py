"""Measure how long pruning holds the writer: never over 100 ms at a time, while a year of news goes.

python -m tests.bench.bench_prune [STORIES] [sqlite|postgres]
"""

import asyncio
import gc
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.pruning import prune_all
from bot.store import Store
from storage.feeds import add_feed
from storage.fulltext import put_words
from storage.records import FeedSpec, OutletSpec
from storage.tables import Chat, Delivery, Entry, MatchRow, Owed, PlacementRow, RevisionRow, Story, Table
from storage.upkeep import Keep
from tests.bench.bench_search import opened, settle

STORIES = 30_000
MOST_MS = 100
START = datetime(2025, 1, 1, tzinfo=UTC)
CHATS = 10


def put(session, table, rows):
    usual = {
        name: field.default
        for name, field in table.model_fields.items()
        if isinstance(field.default, str | int | float)
    }
    session.connection().execute(Table.metadata.tables[table.__tablename__].insert(), [usual | row for row in rows])


def fill(database, stories):
    """Give each story one entry with three matches, a revision, and ten chats that were told."""
    with database.transaction() as session:
        feeds = [
            add_feed(session, FeedSpec(f"https://o{n}.example/", OutletSpec(f"o{n}", "O")), now=START)
            for n in range(40)
        ]
        chats = [{"id": n + 1, "telegram_id": n + 1, "created": START, "settings": {}} for n in range(CHATS)]
        put(session, Chat, chats)
    for first in range(0, stories, 2000):
        ids = range(first + 1, min(stories, first + 2000) + 1)
        with database.transaction() as session:
            put_all(session, ids, feeds=feeds)


def put_all(session, ids, *, feeds):
    def at(n):
        return START + timedelta(seconds=60 * n)

    told = [(n, chat) for n in ids for chat in range(1, CHATS + 1)]
    put(session, Entry, [
        {"id": n, "feed_id": feeds[n % 40], "key": str(n), "title": f"Attaque {n}", "summary": "x " * 40, "url": "https://a.example/",
         "effective": at(n), "first_seen": at(n), "last_seen": at(n)} for n in ids
    ])  # fmt: skip
    put_words(session, [(n, f"Attaque {n} mot{n % 999}") for n in ids])
    put(session, MatchRow, [
        {"entry_id": n, "entity": f"e{k}", "families": [], "score": 90, "mentions": [], "reasons": []} for n in ids for k in range(3)
    ])  # fmt: skip
    put(session, Story, [{"id": n, "opened": at(n), "last": at(n), "state": {}} for n in ids])
    put(session, PlacementRow, [
        {"entry_id": n, "story_id": n, "development": n, "kind": "new", "entities": [], "reasons": [], "seen": {}, "at": at(n)} for n in ids
    ])  # fmt: skip
    put(session, RevisionRow, [{"story_id": n, "number": 1, "at": at(n), "material": True, "changes": []} for n in ids])
    put(session, Owed, [{"chat_id": chat, "story_id": n, "at": at(n)} for n, chat in told])
    put(session, Delivery, [
        {"chat_id": chat, "telegram_id": chat, "kind": "alert", "state": "sent", "not_before": at(n), "story_id": n, "revision": 1,
         "created": at(n), "sent": at(n)} for n, chat in told
    ])  # fmt: skip


async def prune_rounds(database, now):
    """Prune until nothing is left; return the rows, the longest slice and how long it took."""
    store, rows, longest, begin = Store(database), 0, 0.0, time.perf_counter()
    while (pruned := await prune_all(store, Keep(), now=now)).total:
        rows, longest = rows + pruned.total, max(longest, pruned.longest_s)
        print(f"  {pruned.slices} slices, longest {pruned.longest_s * 1000:.0f} ms: {pruned.rows}", flush=True)
    store.close()
    return rows, longest * 1000, time.perf_counter() - begin


def main(arguments):
    kind = next((each for each in arguments if not each.isdecimal()), "sqlite")
    stories = next((int(each) for each in arguments if each.isdecimal()), STORIES)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder, opened(kind, Path(folder)) as database:
        fill(database, stories)
        settle(database)
        gc.freeze()  # as the bot does (`bot/app.py`): a collector that walks what stays is no lock of the writer
        rows, longest, took = asyncio.run(prune_rounds(database, START + timedelta(days=800)))
    print(f"{kind}: {rows} rows in {took:.0f} s, longest slice {longest:.0f} ms, asked: under {MOST_MS} ms")
    return int(longest >= MOST_MS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measure searches of an archive of a million entries: the median must stay under 100 ms.

python -m tests.bench.bench_search [ENTRIES] [sqlite|postgres]
"""

import random
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.database import Database
from storage.feeds import add_feed
from storage.fulltext import put_words
from storage.records import FeedSpec, OutletSpec
from storage.search import Search, search
from storage.tables import Entry, MatchRow

ENTRIES = 1_000_000
MOST_MS = 100
START = datetime(2025, 12, 1, tzinfo=UTC)
NAMES = ("Goïta", "GSIM", "Traoré", "Tiani", "l’Azawad", "غويتا", "Ménaka", "Tinzaouatène", "Kidal", "Liptako")
QUERIES = (
    Search("goita"), Search("l'Azawad"), Search("غُويتا"), Search("attaque goita"), Search("mot17 mot23"),
    Search("nowhere"), Search("goita", meant="goita"), Search("attaque", entities=("goita",)),
    Search("goita", outlets=("outlet-3",)), Search("attaque", since=START + timedelta(days=10), until=START + timedelta(days=12)),
    Search(entities=("goita",)), Search("tinz", begins=True), Search(outlets=("outlet-7",)),
)  # fmt: skip


def title(dice, words):
    return f"{dice.choice(('Attaque', 'Réunion', 'Sommet'))} {dice.choice(NAMES)} {' '.join(dice.choices(words, k=14))}"


def fill(database, entries):
    dice = random.Random(8)
    words = [f"mot{n}" for n in range(3000)]
    with database.transaction() as session:
        feeds = [
            add_feed(session, FeedSpec(f"https://o{n}.example/", OutletSpec(f"outlet-{n}", f"O{n}")), now=START)
            for n in range(40)
        ]
    for first in range(0, entries, 20_000):
        rows = [
            {
                "id": n + 1, "feed_id": dice.choice(feeds), "key": str(n), "title": title(dice, words), "summary": "",
                "effective": START, "first_seen": START + timedelta(seconds=7 * n), "last_seen": START,
                "disposition": "alert", "content_hash": "", "revision": 0, "lang": "fr", "url": "https://a.example/",
            }
            for n in range(first, min(entries, first + 20_000))
        ]  # fmt: skip
        with database.transaction() as session:
            session.connection().execute(Entry.__table__.insert(), rows)
            put_words(session, [(row["id"], row["title"]) for row in rows])
            found = [row["id"] for row in rows if "Goïta" in row["title"]]
            session.connection().execute(
                MatchRow.__table__.insert(),
                [
                    {"entry_id": n, "entity": "goita", "families": [], "score": 90, "mentions": [], "reasons": []}
                    for n in found
                ],
            )


def settle(database):
    """Let PostgreSQL know its tables, as its own upkeep does within a minute of so many rows."""
    if not database.is_sqlite:
        with database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")


def measure(database):
    taken = []
    for wanted in QUERIES * 5:  # the first round is cold, as a first search is
        with database.reading() as session:
            begin = time.perf_counter()
            page = search(session, wanted, limit=8)
            taken.append((time.perf_counter() - begin) * 1000)
        if len(taken) <= len(QUERIES):
            print(f"{taken[-1]:8.1f} ms  {len(page.entries)} of {wanted}")
    return taken


@contextmanager
def opened(kind, folder):
    """Give an empty database of a kind: a SQLite file, or one of a PostgreSQL server that lasts as long."""
    if kind == "sqlite":
        url, stop = f"sqlite:///{folder / 'bench.db'}", lambda: None
    else:
        import pgserver

        folder.chmod(0o755)  # the server runs as somebody else
        server = pgserver.get_server(folder / "data", cleanup_mode="stop")
        url, stop = server.get_uri(), server.cleanup
    database = Database(url)
    database.upgrade()
    yield database
    database.dispose()
    stop()


def main(arguments):
    kind = next((each for each in arguments if not each.isdecimal()), "sqlite")
    entries = next((int(each) for each in arguments if each.isdecimal()), ENTRIES)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder, opened(kind, Path(folder)) as database:
        begin = time.perf_counter()
        fill(database, entries)
        print(f"{kind}: {entries} entries in {time.perf_counter() - begin:.0f} s", flush=True)
        settle(database)
        taken = sorted(measure(database))
    median = statistics.median(taken)
    print(f"median {median:.1f} ms, 95 % {taken[int(len(taken) * 0.95)]:.1f} ms, asked: median under {MOST_MS} ms")
    return int(median >= MOST_MS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

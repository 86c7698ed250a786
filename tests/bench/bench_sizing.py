"""Say what one installation carries, where it stops first, and what lifts that: a model, and what of it can be run here.

python -m tests.bench.bench_sizing [CHATS…]      stories told to 1,000, 10,000 and 100,000 chats are run, on SQLite

The model multiplies a size (feeds, entries a day, subscribers, terms) with what the other benches measured for one poll,
one entry, one placement, one name; its constants name the bench that each comes from. A share of 1 is all that there is:
of one core, of one worker's hour, of what Telegram lets through. No gate: a model is right when it is close, and the
table says what was run and what was only reckoned.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import insert
from sqlmodel import func, select

from bot.app import compile_watchlist
from bot.config import Settings
from storage.database import Database
from storage.tables import Chat, Delivery, Term
from tests.bot.test_ingest import NOW, Desk, article

DAY_S = 86_400
# bench_polling, 1,000 feeds, a warm round, half of the answers 304: CPU seconds a poll, parsers included.
POLL_CPU_S = 0.014
# A feed is asked at most this often (CadenceSettings.budget_per_day); quiet ones far less.
POLLS_A_DAY = 150
# bench_workers, PostgreSQL, one entry in five matched: CPU seconds an entry, all of them; and what one placement takes
# under the lock that all processes share.
ENTRY_CPU_S, PLACED_S = 0.0014, 0.0032
# One entry in so many names what somebody watches.
RINGING = 10
# tests.faults.soak: what an entry takes of a SQLite file, with its matches and deliveries.
ENTRY_KB = 1.23
# bench_stories: what an open entry takes of each process that places; entries stay open for this many days.
OPEN_KB, OPEN_DAYS = 1.4, 3
# bench_matching: what a watched name of 2.6 words takes of each process that matches.
NAME_KB = 6.0
# Telegram lets through (its FAQ for bots): messages a second, of all chats together.
MESSAGES_A_SECOND = 30
# bench_rhythm: rings, silent messages and edits that a chat with the default preset gets in a day of news.
MESSAGES_A_DAY = 63
# A story rings for one chat in so many.
HEARD = 10


@dataclass(frozen=True, slots=True)
class Size:
    name: str
    feeds: int
    entries: int  # a day
    chats: int
    terms: int


SIZES = (
    Size("a newsroom", 75, 5_000, 20, 200),
    Size("a network of NGOs", 1_000, 30_000, 1_000, 5_000),
    Size("a wire's clients", 10_000, 300_000, 10_000, 50_000),
    Size("a country", 100_000, 3_000_000, 100_000, 300_000),
    Size("everybody", 100_000, 3_000_000, 1_000_000, 1_000_000),
)


def shares(size, told_s):
    """Return the share of each limit that a size takes; `told_s` are CPU seconds to write down one chat's delivery."""
    placed = size.entries / RINGING
    return {
        "one core, polling": size.feeds * POLLS_A_DAY * POLL_CPU_S / DAY_S,
        "one core, reading in": size.entries * ENTRY_CPU_S / DAY_S,
        "the placement lock": (placed * PLACED_S + size.chats * MESSAGES_A_DAY * told_s) / DAY_S,
        "Telegram, all day": size.chats * MESSAGES_A_DAY / (MESSAGES_A_SECOND * DAY_S),
        "Telegram, a story within a minute": size.chats / HEARD / (60 * MESSAGES_A_SECOND),
        "1 GB of one process": (size.terms * NAME_KB + placed * OPEN_DAYS * OPEN_KB) / 1e6,
    }


LIFTS = {
    "one core, polling": "more `--role worker` processes on PostgreSQL",
    "one core, reading in": "more `--role worker` processes on PostgreSQL",
    "the placement lock": "a second installation by theatre",
    "Telegram, all day": "light chats, digests; paid broadcasts (1,000 a second); a second bot",
    "Telegram, a story within a minute": "paid broadcasts (1,000 a second); a second bot",
    "1 GB of one process": "a machine with more memory; a second installation by theatre",
}


def reckon(told_s):
    print(
        "| size | feeds | entries a day | chats | terms | "
        + " | ".join(LIFTS)
        + " | GB in 90 days | first to give way |"
    )
    print("|" + " --- |" * (7 + len(LIFTS)))
    for size in SIZES:
        taken = shares(size, told_s)
        first = max(taken, key=taken.get)
        verdict = f"{first}: {LIFTS[first]}" if taken[first] > 1 else "nothing"
        cells = [size.name, *(f"{n:,}" for n in (size.feeds, size.entries, size.chats, size.terms))]
        cells += [f"{share:.2g}" for share in taken.values()] + [f"{size.entries * 90 * ENTRY_KB / 1e6:.2g}", verdict]
        print("| " + " | ".join(cells) + " |")


async def tell(chats, watchlist):
    """Let one entry ring for so many chats; return seconds on the wall and of the processor for the whole transaction."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'tocsin.db'}")
        database.upgrade()
        desk = await Desk(database, watchlist).opened()
        with database.transaction() as session:
            rows = [
                {
                    "id": n,
                    "telegram_id": n,
                    "topic_id": 0,
                    "kind": "private",
                    "lang": "fr",
                    "settings": {},
                    "created": NOW,
                }
                for n in range(1, chats + 1)
            ]
            session.connection().execute(insert(Chat), rows)
            terms = [{"chat_id": n, "entity": "family:jihadists", "created": NOW} for n in range(1, chats + 1)]
            session.connection().execute(insert(Term), terms)
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        await desk.poll(article(1, "Le GSIM attaque un poste militaire de Djibo, sept soldats tués"))
        after = resource.getrusage(resource.RUSAGE_SELF)
        with database.reading() as session:
            owed = session.exec(select(func.count()).select_from(Delivery)).one()
        desk.store.close()
        database.dispose()
    assert owed == chats
    return time.perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(arguments):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    watchlist, told_s = compile_watchlist(Settings()), 0.0
    for chats in [int(each) for each in arguments] or [1_000, 10_000, 100_000]:
        wall, cpu = asyncio.run(tell(chats, watchlist))
        told_s = cpu / chats
        print(
            f"one story owed to {chats:,} chats: {wall:.1f} s, {cpu:.1f} CPU-s in one transaction, {1000 * told_s:.2f} ms a chat"
        )
    reckon(told_s)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Let one bot live with a flood for half an hour: 50 entries a second in, nearly what Telegram permits out, on SQLite.

python -m tests.faults.soak [MINUTES]

One entry in eighteen is news for ten of forty private chats, which makes 28 messages a second. Held are: nothing lost,
nothing twice, no 429, no error in the log, the queue drained at the end. Stated are memory and its slope over the second
half, what the database takes an entry, the worst delay. The bot's own CPU share is stated too: press and sandbox run
beside it on the same machine.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sqlmodel import col, func, select

from bot.clock import SystemClock
from storage.outbox import lost
from storage.tables import Delivery, Entry
from tests.faults.laboratory import laboratory, memory_of_session, names
from tests.faults.press import FAMILIES, Press
from tests.faults.servers import Server

ENTRIES_PER_S = 50
# One of so many is of what is watched: 2.8 a second, 0.7 a family, to ten chats each.
ONE_IN = 18
CHATS = {1000 + number: (FAMILIES[number % len(FAMILIES)],) for number in range(40)}
FEEDS, SHOWN = 10, 60
_SAMPLE_S = 5.0
_DRAINED_S = 300.0


async def publishing(press, seconds):
    """Publish at an even rate; what a busy moment left behind is made up for."""
    began, published = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        while published < passed * ENTRIES_PER_S:
            press.publish(plain=bool(published % ONE_IN))
            published += 1
        await asyncio.sleep(0.02)


async def drained(lab):
    """Wait until the last edits are out, which come at most once a minute."""
    async with asyncio.timeout(_DRAINED_S):
        while _open(lab.database):  # noqa: ASYNC110 - another process's doing has no event here
            await asyncio.sleep(1)


def _open(database):
    with database.reading() as session:
        return session.exec(select(func.count()).where(col(Delivery.state).in_(["due", "sending"]))).one()


async def sampling(lab, samples):
    """Note time, memory in MB and CPU seconds of the bot and its parsers, until cancelled."""
    while True:
        memory, spent = await asyncio.to_thread(lambda: (memory_of_session(lab.bot.pid), _cpu(lab.bot.pid)))
        samples.append((time.monotonic(), memory / 1e6, spent))
        await asyncio.sleep(_SAMPLE_S)


def _cpu(session):
    """Return the CPU seconds of all processes of a session, those that have ended included."""
    spent = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        spent += sum(map(int, fields[11:15])) if int(fields[3]) == session else 0
    return spent / os.sysconf("SC_CLK_TCK")


async def soak(minutes, folder):
    """Return what was seen."""
    samples = []
    press = Press(SystemClock(), names(), feeds=FEEDS, shown=SHOWN)
    with Server("sqlite", folder) as server:
        async with laboratory(server, folder, chats=CHATS, press=press) as lab:
            await lab.begin()
            await lab.bot.start(lab.env)
            weighing = asyncio.create_task(sampling(lab, samples))
            await publishing(press, 60 * minutes)
            weighing.cancel()
            await drained(lab)
            await lab.settle()
            await lab.bot.stop()
            verdict = lab.verdict()
            with lab.database.reading() as session:
                tables = {
                    "entries": session.exec(select(func.count()).select_from(Entry)).one(),
                    "sent": session.exec(select(func.count()).where(Delivery.state == "sent")).one(),
                    "lost": lost(session),
                }
            tables["open"] = _open(lab.database)
            size = sum(file.stat().st_size for file in lab.database_folder.iterdir())
    return samples, verdict, tables | {"database_mb": size / 1e6, "errors": _errors(folder)}


def _errors(folder):
    lines = [json.loads(line) for line in (folder / "bot0.log").read_text(encoding="utf-8").splitlines() if line]
    return sum(line.get("level") in {"error", "critical"} for line in lines)


def told(minutes, samples, verdict, tables):
    """Print what was seen; return whether it holds."""
    later = np.array([sample for sample in samples if sample[0] >= samples[0][0] + 30 * minutes])
    slope = np.polyfit((later[:, 0] - later[0, 0]) / 60, later[:, 1], 1)[0]
    first, last = samples[0], samples[-1]
    share = (last[2] - first[2]) / (last[0] - first[0])
    print(
        f"{minutes:g} min: {verdict.published} entries published, {tables['entries']} read, {verdict.owed} owed, "
        f"{tables['sent']} sent ({tables['sent'] / minutes / 60:.1f} a second), {tables['open']} open, "
        f"lost {verdict.lost} and {tables['lost']}, repeated {verdict.repeated}, 429s {verdict.flood_refusals}, "
        f"errors logged {tables['errors']}"
    )
    print(
        f"memory {later[:, 1].min():.0f} to {later[:, 1].max():.0f} MB in the second half, slope {slope:+.2f} MB a minute; "
        f"database {tables['database_mb']:.0f} MB, {tables['database_mb'] * 1000 / tables['entries']:.2f} kB an entry; "
        f"worst delay {verdict.worst_delay_s:.0f} s; {share:.0%} of one core"
    )
    whole = tables["entries"] >= verdict.published
    clean = not (verdict.lost or tables["lost"] or verdict.repeated or verdict.flood_refusals or tables["errors"])
    return whole and clean and not tables["open"]


def main(arguments):
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    minutes = float(arguments[0]) if arguments else 30.0
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-", ignore_cleanup_errors=True) as name:
        return 0 if told(minutes, *asyncio.run(soak(minutes, Path(name)))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

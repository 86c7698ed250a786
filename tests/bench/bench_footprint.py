"""Measure what a run costs: the command line's start, the time to the first poll, resident memory.

python -m tests.bench.bench_footprint [FEEDS [ENTRIES [TERMS]]]      (1000 feeds, 100,000 entries, 10,000 terms)

Times are processor time, since a machine that does other work makes a clock on the wall say anything; on an idle one
the wall says the same and a little more. Gates: `tocsin --help` at most 0.5 s over a bare Python; from the start of `tocsin run` to its first poll at most 4 s,
warm (the share of imports is stated); resident memory at most 300 MB summed over all processes, after every feed was
polled. Ratios to a bare Python, and to one with the same imports, are given too.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.clock import SystemClock
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from storage.chats import open_chat
from storage.database import Database
from storage.entries import add_entries
from storage.feeds import add_feed
from storage.records import Disposition, FeedSpec, NewEntry, OutletSpec
from storage.terms import add_term
from tests.bench.stand import address

ROOT = Path(__file__).parents[2]
TOCSIN = Path(sys.executable).with_name("tocsin")
IMPORTS = "import bot.app, bot.running, bot.cli.running, bot.web, bot.notify, bot.cli.main"
MOST_HELP_S, MOST_START_S, MOST_MEMORY_MB = 0.5, 4.0, 300
WATCHED_S = 240
MB = 1_000_000


def main(arguments):
    feeds, entries, terms = (
        int(arguments[n]) if len(arguments) > n else usual for n, usual in enumerate((1_000, 100_000, 10_000))
    )
    over = _help()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        start, memory = asyncio.run(_run(Path(folder), feeds, entries, terms))
    good = over <= MOST_HELP_S and start <= MOST_START_S and memory <= MOST_MEMORY_MB
    print("held" if good else "NOT held")
    return 0 if good else 1


def _timed(*words):
    """Return seconds of processor time: what a run costs whatever else the machine does meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, capture_output=True, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _help():
    """Compare medians of interleaved runs, so that other work on the machine weighs on both."""
    pairs = [(_timed(sys.executable, "-c", "pass"), _timed(TOCSIN, "--help")) for _ in range(5)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"tocsin --help: {ours:.2f} s, a bare Python {bare:.2f} s: {ours - bare:.2f} s more (at most {MOST_HELP_S})")
    return ours - bare


def _environment(**more):
    unwanted = ("TOCSIN_", "PYTHONDONTWRITEBYTECODE")  # a warm start finds its modules compiled
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return kept | {"PYTHONPATH": str(ROOT)} | more


def fill(path, feeds, entries, port):
    """Make an archive: feeds on the stand, and entries of months."""
    database, now = Database(f"sqlite:///{path}"), datetime.now(UTC)
    database.upgrade()
    old, each = now - timedelta(days=30), entries // feeds
    with database.transaction() as session:
        for number in range(feeds):
            spec = FeedSpec(address(number, port), OutletSpec(f"o{number}", f"Outlet {number}"), lang="fr")
            feed = add_feed(session, spec, now=now)
            add_entries(session, feed, entries=[_entry(number, place, old) for place in range(each)], now=old)
    database.dispose()


def subscribe(path, terms):
    """Let many chats watch ten terms each, all of different own words."""
    database, now, draw = Database(f"sqlite:///{path}"), datetime.now(UTC), random.Random(1)
    syllables = [consonant + vowel for consonant in "bdfgjklmnprstvz" for vowel in "aeiou"]
    with database.transaction() as session:
        for number in range(terms):
            if number % 10 == 0:
                chat = open_chat(session, number + 1, kind="private", lang="en", now=now).id
            words = ("".join(draw.choices(syllables, k=4)) for _ in range(2))
            add_term(session, chat, entity=f"w:{number:016x}", expression=" ".join(words), now=now)
    database.dispose()


def _entry(feed, place, moment):
    key = f"archive-{feed}-{place}"
    title = f"Le conseil du cercle {feed} se réunit pour la {place}e fois sur la route du nord"
    return NewEntry(
        key, key, key, key, f"https://example.org/{key}", title, title * 3, "fr", moment, moment, key, Disposition.BASELINE
    )  # fmt: skip


async def _run(folder, feeds, entries, terms):
    words = [sys.executable, "-m", "tests.bench.stand", "0"]
    stand = await asyncio.to_thread(subprocess.Popen, words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        port = int(stand.stdout.readline())
        (folder / "feeds.toml").write_text("")
        await asyncio.to_thread(fill, folder / "tocsin.db", feeds, entries, port)
        async with Sandbox(SystemClock()).open() as sandbox:
            environment = _environment(
                TOCSIN_TELEGRAM__TOKEN=SANDBOX_TOKEN,
                TOCSIN_TELEGRAM__BASE_URL=sandbox.base_url,
                TOCSIN_TELEGRAM__OPEN="true",
                TOCSIN_DATABASE_URL=f"sqlite:///{folder / 'tocsin.db'}",
                TOCSIN_FEEDS__FILE=str(folder / "feeds.toml"),
                TOCSIN_FEEDS__ALLOW_PRIVATE_HOSTS="true",
                TOCSIN_WEB__LISTEN="127.0.0.1:18642",
                TOCSIN_LOG__FORMAT="json",
            )
            starts = [await _started(folder, environment, wait_for=None) for _ in range(3)]
            start = statistics.median(starts)
            print(
                f"from the start to the first poll: {start:.2f} s (at most {MOST_START_S}); imports {_imports():.2f} s of it"
            )
            await asyncio.to_thread(subscribe, folder / "tocsin.db", terms)
            memory = await _started(folder, environment, wait_for=feeds)
    finally:
        stand.terminate()
        stand.wait()
    return start, memory


def _imports():
    bare = _timed(sys.executable, "-c", "pass")
    return statistics.median(_timed(sys.executable, "-c", IMPORTS) for _ in range(3)) - bare


async def _started(folder, environment, *, wait_for):
    """Start the bot; return processor seconds to its first poll, or its memory after so many polls."""
    with (folder / "log").open("wb") as log:
        words = [TOCSIN, "run"]
        bot = await asyncio.to_thread(subprocess.Popen, words, cwd=folder, env=environment, stderr=log, stdout=log)
    try:
        while b'"feed.polled"' not in (folder / "log").read_bytes():
            if bot.poll() is not None:
                raise SystemExit((folder / "log").read_text())
            await asyncio.sleep(0.02)
        return _processor_s(bot.pid) if wait_for is None else await _memory(bot, wait_for)
    finally:
        bot.terminate()
        await asyncio.to_thread(bot.wait)


def _processor_s(pid):
    """Return the processor time that a process has used; its parsers work beside it, on the other core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _memory(bot, feeds):
    until, most = time.perf_counter() + WATCHED_S, {"main": 0, "parsers": 0}
    polled = 0.0
    async with httpx.AsyncClient(base_url="http://127.0.0.1:18642", timeout=30) as client:
        while polled < feeds and time.perf_counter() < until:
            await asyncio.sleep(1)
            with suppress(httpx.HTTPError):
                text = (await client.get("/metrics")).text
                found = {p: float(v) for p, v in re.findall(r'tocsin_memory_bytes\{process="(\w+)"\} (\S+)', text)}
                most = {process: max(size, found.get(process, 0)) for process, size in most.items()}
                polled = sum(float(value) for value in re.findall(r"tocsin_polls_total\{[^}]*\} (\S+)", text))
    total = sum(most.values()) / MB
    bare, with_imports = _resident("pass"), _resident(IMPORTS)
    print(
        f"memory after {polled:.0f} polls: {most['main'] / MB:.0f} MB and {most['parsers'] / MB:.0f} MB in parsers, "
        f"{total:.0f} MB in all (at most {MOST_MEMORY_MB}); {total / bare:.1f} times a bare Python ({bare:.0f} MB), "
        f"{most['main'] / MB / with_imports:.2f} times one with the same imports ({with_imports:.0f} MB)"
    )
    print(f"a machine with 1 GB keeps {1000 - total:.0f} MB for everything else")
    return total


def _resident(code):
    measure = f"{code}\nimport resource\nprint(open('/proc/self/statm').read().split()[1], resource.getpagesize())"
    out = subprocess.run(
        [sys.executable, "-c", measure], check=True, capture_output=True, text=True, env=_environment()
    )
    pages, size = out.stdout.split()[-2:]
    return int(pages) * int(size) / MB


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

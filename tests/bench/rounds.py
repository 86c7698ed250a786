"""Poll every feed of a stand for a few rounds, as Tocsin or as a peer does, and print what each round cost, as JSON.

python -m tests.bench.rounds ours|reader PORT FEEDS ROUNDS

Run in a process of its own, so that CPU time is that of the polling alone, parser processes included.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.stand import address


def cpu():
    return [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def turn(port):
    urllib.request.urlopen(f"http://127.0.0.1:{port}/turn").close()


def told(began, before, **more):
    own, children = (after - earlier for after, earlier in zip(cpu(), before, strict=True))
    print(
        json.dumps({"wall": time.perf_counter() - began, "own": own, "children": children, "mb": held()} | more),
        flush=True,
    )


async def ours(port, feeds, rounds):
    import structlog

    from bot.app import assemble_poller
    from bot.clock import SystemClock
    from bot.config import Settings
    from storage.feeds import add_new_feeds, make_due
    from storage.records import FeedSpec, OutletSpec

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clock = SystemClock()

    def prepare(session):
        specs = [FeedSpec(address(number, port), OutletSpec("stand", "Le stand")) for number in range(feeds)]
        add_new_feeds(session, specs, due=[clock.now()] * feeds)

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/t.db", feeds={"allow_private_hosts": True})
        async with assemble_poller(settings, clock=clock) as poller:
            await poller.store.write(prepare)
            print(json.dumps({"mb": held()}), flush=True)
            for number in range(rounds):
                if number:
                    turn(port)
                    await poller.store.write(make_due, None, now=clock.now())
                began, before = time.perf_counter(), cpu()
                stalls = await _one_round(poller, feeds)
                await _rest(poller.edges.parser)
                entries = await poller.store.read(_entries)
                told(began, before, entries=entries, stall_ms=max(stalls) * 1000)


async def _rest(parser):
    """End the parser processes, so that their CPU time is counted, and have new ones come when they are needed."""
    await parser.close()
    for _ in range(2):
        parser._free.put_nowait(None)


async def _one_round(poller, feeds):
    """Poll all that is due, tick by tick, and watch for how long the loop's thread computes without a pause.

    In CPU time: on a machine that others share, the clock would measure them.
    """
    stalls, done = [0.0], asyncio.Event()

    async def watch():
        while not done.is_set():
            before = time.thread_time()
            await asyncio.sleep(0.005)
            stalls.append(time.thread_time() - before)

    watching = asyncio.create_task(watch())
    begun = 0
    while begun < feeds or poller._flying:
        begun += await poller.start_due(lambda: None)
        await asyncio.sleep(0.02)
    done.set()
    await watching
    return stalls


def _entries(session):
    from sqlmodel import func, select

    from storage.tables import Entry

    return session.exec(select(func.count()).select_from(Entry)).one()


def reader(port, feeds, rounds):
    from reader import make_reader

    with tempfile.TemporaryDirectory() as folder:
        opened = make_reader(f"{folder}/r.db")
        for number in range(feeds):
            opened.add_feed(address(number, port))
        for number in range(rounds):
            if number:
                turn(port)
            began, before = time.perf_counter(), cpu()
            refused = sum(
                isinstance(each.value, Exception) for each in opened.update_feeds_iter(workers=20, scheduled=False)
            )
            told(began, before, entries=opened.get_entry_counts().total, refused=refused)


if __name__ == "__main__":
    who, port, feeds, rounds = sys.argv[1], *map(int, sys.argv[2:5])
    if who == "ours":
        asyncio.run(ours(port, feeds, rounds))
    else:
        reader(port, feeds, rounds)

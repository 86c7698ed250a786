"""Fork a poller at each line of standard input and say its process id: started once, so that a kill costs no imports.

python -m tests.bot.feeds.zygote DATABASE_URL
"""

import asyncio
import logging
import os
import sys
from datetime import timedelta

import structlog

from bot.app import compile_watchlist, holder
from bot.clock import SystemClock
from bot.config import Settings
from bot.feeds.cadence import CadenceSettings
from bot.feeds.parse import ParserPool
from bot.http import GuardedClient, HttpLimits
from bot.ingest import Ingest
from bot.polling import Edges, Poller
from bot.store import Store
from storage.database import Database
from storage.feeds import make_due


async def poll(url, watchlist):
    clock, store = SystemClock(), Store(Database(url))
    client = GuardedClient(limits=HttpLimits(private_hosts=True))
    edges = Edges(client, ParserPool(workers=1), clock)
    poller = Poller(store, Ingest(store, watchlist, window=timedelta(days=7)), edges, holder(), CadenceSettings())
    await poller.settle_in()
    while True:
        await store.write(make_due, None, now=clock.now())
        await poller.poll_due()


def main():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    watchlist = compile_watchlist(Settings())
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(poll(sys.argv[1], watchlist))
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()

"""Poll what is due as one of several workers, sending nothing: python -m tests.bench.worker DATABASE_URL.

Says "ready", begins at a line on its input, says "done" when every feed was read, and prints its CPU seconds at the end.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import sys


async def work(url):
    import structlog

    from bot.app import assemble_poller
    from bot.clock import SystemClock
    from bot.config import Settings
    from storage.feeds import list_feeds

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings = Settings(database_url=url, feeds={"allow_private_hosts": True})
    async with assemble_poller(settings, clock=SystemClock()) as poller:

        async def unread():
            feeds = await poller.store.read(list_feeds)
            return any(feed.cadence.last_ok is None for feed in feeds)

        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        before = cpu()
        while True:
            begun = await poller.start_due(lambda: None)
            if not begun and not poller._flying and not await unread():
                break
            await asyncio.sleep(0.02)
        print("done", flush=True)
    print(cpu() - before, flush=True)


def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))

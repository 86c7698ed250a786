"""Post what is owed to webhooks in a process of its own, so that a test can kill it for real.

python child.py DATABASE NOW
"""

import asyncio
import sys
from datetime import datetime

from bot.clock import SimulatedClock
from bot.http import GuardedClient, HttpLimits
from bot.outputs.hooks import Hooks
from bot.store import Store
from storage.database import Database


async def main(path, now):
    store, client = Store(Database(f"sqlite:///{path}")), GuardedClient(limits=HttpLimits(private_hosts=True))
    clock = SimulatedClock(datetime.fromisoformat(now))
    await Hooks(store, client, clock=clock, name=lambda entity, _lang: entity).post_due()
    await client.close()
    store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

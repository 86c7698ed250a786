"""Open the editions that are due, and send what is owed, in a process of its own that another one races.

python racer.py DATABASE_URL BASE_URL NOW      waits for a line, then prints how many editions it opened and sent
"""

import asyncio
import sys
from datetime import datetime

from bot.clock import SimulatedClock
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.digest.chart import draw_stored
from bot.digest.editions import open_due_editions
from bot.sandbox.server import SANDBOX_TOKEN
from bot.store import Store
from storage.database import Database


async def race(url, base_url, now):
    store, clock = Store(Database(url)), SimulatedClock(datetime.fromisoformat(now))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    opened = await open_due_editions(store, clock, name=lambda entity, _lang: entity)
    sent = await send(store, base_url, clock=clock) if base_url != "-" else 0
    store.close()
    print(opened, sent, flush=True)


async def send(store, base_url, *, clock):
    """Send until nothing is due to anybody."""
    sent = 0
    async with build_application(SANDBOX_TOKEN, base_url=base_url) as application:
        messenger = Messenger(application.bot, draw=draw_stored)
        sender = Sender(store, messenger, clock=clock, holder=f"racer-{id(store)}", render=None)
        while (report := await sender.send_due()).next_at is not None:
            sent += report.sent
            clock.advance_to(report.next_at)
            await asyncio.sleep(0.01)
    return sent + report.sent


if __name__ == "__main__":
    asyncio.run(race(*sys.argv[1:]))

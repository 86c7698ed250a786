"""Run a sender and an inbox in a process of their own, so that tests can kill it for real.

python child.py DATABASE_URL BASE_URL
"""

import asyncio
import sys

from telegram.ext import CommandHandler

from bot.clock import SystemClock
from bot.delivery.inbox import Inbox
from bot.delivery.message import Message, Span
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.delivery.turn import current_turn
from bot.digest.chart import draw_stored
from bot.sandbox.server import SANDBOX_TOKEN
from bot.store import Store
from storage.database import Database


async def on_echo(update, _library):
    current_turn.get().reply(Message((Span(f"echo {update.message.text.partition(' ')[2]}"),)))


async def main(url, base_url):
    store, clock = Store(Database(url)), SystemClock()
    async with build_application(SANDBOX_TOKEN, base_url=base_url) as application:
        application.add_handler(CommandHandler("echo", on_echo))
        messenger = Messenger(application.bot, draw=draw_stored)
        sender = Sender(store, messenger, clock=clock, holder="child", render=None)
        inbox = Inbox(store, messenger, application=application, clock=clock)
        await sender.take_back()
        while True:
            came = await inbox.receive(wait_s=0)
            await inbox.handle_pending()
            report = await sender.send_due()
            if report.next_at is None and not came:
                break
            await clock.sleep(0.05)
    store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

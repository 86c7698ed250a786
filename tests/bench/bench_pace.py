"""Send a long queue through the sandbox's flood limits: what share of the permitted rate goes out, and no 429.

python -m tests.bench pace             10,000 messages to 2,000 chats, on SQLite (about six minutes)
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.clock import SystemClock
from bot.delivery.message import Message, Span
from bot.delivery.sender import Sender
from bot.delivery.telegram import Messenger, build_application
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from bot.store import Store
from storage.chats import open_chat
from storage.database import Database
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.outbox import owe

# Messages a second that the sandbox lets through, as Telegram publishes.
PERMITTED = 30
CHATS = 2_000
MESSAGES = 10_000
FLOOR = 0.95


def fill(session, sandbox, messages, now):
    """Owe each chat its share, all due now."""
    ids = []
    for number in range(1, CHATS + 1):
        sandbox.add_private(number)
        ids.append(open_chat(session, number, kind="private", now=now).id)
    owe(
        session,
        [
            NewDelivery(
                chat=ids[number % CHATS], kind=DeliveryKind.NOTICE, priority=2, not_before=now,
                notice_key=f"bench:{number}", payload=Message((Span(f"piece {number}"),)).to_json(),
            )
            for number in range(messages)
        ],
        now=now,
    )  # fmt: skip


async def measure(messages):
    """Return seconds, texts received and refusals."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'tocsin.db'}")
        database.upgrade()
        store = Store(database)
        async with (
            Sandbox(clock).open() as sandbox,
            build_application(SANDBOX_TOKEN, base_url=sandbox.base_url) as application,
        ):
            await store.write(fill, sandbox, messages, clock.now())
            sender = Sender(
                store, Messenger(application.bot), clock=clock, holder="bench", render=lambda *_, **__: None
            )
            began = time.monotonic()
            while (report := await sender.send_due()).next_at is not None:
                await clock.sleep(max(0.0, (report.next_at - clock.now()).total_seconds()))
            took = time.monotonic() - began
            texts = Counter(each.message["text"] for each in sandbox.accepted())
            refusals = sandbox.flood_refusals
        store.close()
    return took, texts, refusals


def main(arguments):
    messages = int(arguments[0]) if arguments else MESSAGES
    took, texts, refusals = asyncio.run(measure(messages))
    share = messages / took / PERMITTED
    print(
        f"{messages} messages to {CHATS} chats in {took:.0f} s: {messages / took:.1f} a second, {share:.1%} of {PERMITTED}"
    )
    print(f"received {len(texts)}, more than once {sum(n > 1 for n in texts.values())}, 429s {refusals}")
    return 0 if share >= FLOOR and refusals == 0 and len(texts) == messages == texts.total() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

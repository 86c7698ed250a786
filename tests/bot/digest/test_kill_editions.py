"""Show by killing a real sender between the parts of an edition that the rest follows and nothing else repeats."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.delivery.message import Message, Span
from bot.digest.chart import Picture, Row
from bot.sandbox.server import Sandbox
from storage.chats import open_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.editions import open_edition
from storage.outbox import balance, owe

ROOT = Path(__file__).parent.parent.parent.parent
CHILD = ROOT / "tests/bot/delivery/child.py"
READER, PARTS = 7, 4
PICTURE = Picture("Mentions", ("a", "b"), (Row("GSIM", (1, 2)),), ()).to_json()


def owe_edition(session, now):
    """Owe four parts of text and a picture."""
    chat = open_chat(session, READER, kind="private", now=now).id
    number = open_edition(session, chat, kind="daily", day="2026-03-01", now=now)
    parts = [Message((Span(f"part {part}"),)) for part in range(PARTS)]
    parts.append(Message((Span("caption"),), picture=PICTURE))
    owed = [
        NewDelivery(chat, DeliveryKind.DIGEST, 4, now, edition=number, part=part, payload=message.to_json())
        for part, message in enumerate(parts)
    ]
    owe(session, owed, now=now)


async def start(sandbox, database):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = (str(CHILD), database._url.render_as_string(hide_password=False), sandbox.base_url)
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 2, 3, 4])
async def test_an_edition_goes_on_where_it_was_killed(database, tmp_path, after):
    clock = SystemClock()
    with database.transaction() as session:
        owe_edition(session, clock.now())
    async with Sandbox(clock, path=tmp_path / "sandbox.db").open() as sandbox:
        sandbox.add_private(READER)
        child = await start(sandbox, database)
        async with sandbox.watch() as events:
            while len(sandbox.accepted()) < after:
                await asyncio.wait_for(events.get(), 30)
        child.kill()
        await child.wait()
        ended = await start(sandbox, database)

        assert 0 == await asyncio.wait_for(ended.wait(), 60)
        came = [each.message.get("text") or each.message["caption"] for each in sandbox.accepted()]
    with database.reading() as session:
        told = balance(session)

    assert ["part 0", "part 1", "part 2", "part 3", "caption"] == list(dict.fromkeys(came))
    assert sum(Counter(came).values()) - 5 <= told.possible_repeats <= 1

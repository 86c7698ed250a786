"""Show by killing real processes that nothing is lost, and that no more repeats than was in flight."""

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.delivery.sender import IN_FLIGHT
from bot.sandbox.server import Sandbox
from storage.outbox import balance
from storage.tables import Delivery

CHILD = Path(__file__).with_name("child.py")
ROOT = CHILD.parent.parent.parent.parent


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
async def sandbox(clock, tmp_path):
    async with Sandbox(clock, path=tmp_path / "sandbox.db").open() as opened:
        yield opened


async def start(sandbox, database):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(CHILD),
        database._url.render_as_string(hide_password=False),
        sandbox.base_url,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )


async def run_killed(sandbox, database, *, after):
    """Run the child and kill it the moment the server takes its so-manyth message; False when it ended before."""
    child = await start(sandbox, database)
    goal = len(sandbox.accepted()) + after
    ended = asyncio.create_task(child.wait())
    async with sandbox.watch() as events:
        while len(sandbox.accepted()) < goal and not ended.done():
            waiting = asyncio.create_task(events.get())
            await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
    killed = not ended.done()
    if killed:
        child.kill()
    await ended
    return killed


async def run_to_the_end(sandbox, database):
    child = await start(sandbox, database)

    assert 0 == await child.wait()


def still_owed(session):
    from sqlmodel import col, select

    return session.exec(select(Delivery.id).where(col(Delivery.state) != "sent")).all()


async def killed_and_resumed(desk, sandbox, database, *, kills):
    """Owe forty chats one message each, kill at each point, finish; return how often each came."""
    for number in range(40):
        await desk.owe(await desk.reader(1000 + number), f"news {number}")
    done = 0
    for after in kills:
        done += await run_killed(sandbox, database, after=after)
    await run_to_the_end(sandbox, database)

    assert len(kills) == done
    return Counter(each.message["text"] for each in sandbox.accepted())


@pytest.mark.slow
async def test_a_kill_between_send_and_settle_loses_nothing_and_repeats_at_most_what_was_in_flight(
    desk, sandbox, store, sqlite_database
):
    came = await killed_and_resumed(desk, sandbox, sqlite_database, kills=[10])
    told = await store.read(balance)

    assert {f"news {number}" for number in range(40)} == set(came)
    assert [] == await store.read(still_owed)
    assert 1 <= sum(came.values()) - 40 <= told.possible_repeats <= IN_FLIGHT


@pytest.mark.slow
async def test_kills_at_random_moments_add_up_to_nothing_lost(desk, sandbox, store, sqlite_database):
    moments = random.Random(16)
    came = await killed_and_resumed(desk, sandbox, sqlite_database, kills=[moments.randrange(1, 6) for _ in range(7)])
    told = await store.read(balance)

    assert {f"news {number}" for number in range(40)} == set(came)
    assert sum(came.values()) - 40 <= told.possible_repeats <= 7 * IN_FLIGHT


@pytest.mark.slow
async def test_a_kill_loses_no_command_that_was_fetched(desk, sandbox, store, sqlite_database):
    await desk.reader(7)
    for number in range(3):
        sandbox.say(7, f"/echo {number}")

    assert await run_killed(sandbox, sqlite_database, after=1)
    await run_to_the_end(sandbox, sqlite_database)
    came = Counter(each.message["text"] for each in sandbox.accepted())
    assert {"echo 0", "echo 1", "echo 2"} == set(came)
    assert sum(came.values()) <= 4

"""Show with two real processes on one database that a chat reads each edition once, whoever opens and sends it."""

import asyncio
import os
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.clock import SystemClock
from bot.sandbox.server import Sandbox
from storage.tables import Delivery, Edition

ROOT = Path(__file__).parents[3]
RACER = Path(__file__).with_name("racer.py")
CHATS = 48


async def start(database, base_url, now):
    url = database._url.render_as_string(hide_password=False)
    words = (str(RACER), url, base_url, now.isoformat())
    pipe = asyncio.subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    child = await asyncio.create_subprocess_exec(sys.executable, *words, env=environment, stdin=pipe, stdout=pipe)
    while (await child.stdout.readline()).strip() != b"ready":
        assert child.returncode is None
    return child


async def race(database, base_url, now):
    """Let two processes off at once; return what each opened and sent."""
    racers = await asyncio.gather(*(start(database, base_url, now) for _ in range(2)))
    told = await asyncio.gather(*(racer.communicate(b"go\n") for racer in racers))

    assert [0, 0] == [racer.returncode for racer in racers]
    return [tuple(map(int, out.split()[-2:])) for out, _ in told]


async def readers(archive, **settings):
    """Let chats read a digest at seven, and give them something to read."""
    for number in range(CHATS):
        await archive.reader(1000 + number, digest_minute=7 * 60, settings=settings)
    for number in range(3):
        await archive.report(f"GSIM : attaque {number} près de Gao", state={"places": ["ml-gao"]})
    return archive.clock.now() + timedelta(hours=2)


def counted(session):
    parts = Counter(session.exec(select(Delivery.chat_id).where(Delivery.kind == "digest")))
    return Counter(session.exec(select(Edition.chat_id))), parts


@pytest.mark.slow
async def test_two_processes_open_each_edition_once(archive):
    now = await readers(archive)
    told = await race(archive.store.database, "-", now)
    opened, parts = await archive.store.read(counted)

    assert CHATS == sum(count for count, _ in told)
    assert (CHATS, {1}, {1}) == (len(opened), set(opened.values()), set(parts.values()))


@pytest.mark.slow
async def test_two_processes_send_each_part_once_and_in_order(postgres_database, archive_of, tmp_path):
    archive = archive_of(postgres_database)
    now = await readers(archive, picture=True)
    async with Sandbox(SystemClock(), path=tmp_path / "sandbox.db").open() as sandbox:
        sandbox.limit(enabled=False)
        for number in range(CHATS):
            sandbox.add_private(1000 + number)
        told = await race(postgres_database, sandbox.base_url, now)
        came = {1000 + number: [] for number in range(CHATS)}
        for each in sandbox.accepted():
            came[each.chat].append("photo" if "caption" in each.message else "text")

    assert (CHATS, 2 * CHATS) == (sum(opened for opened, _ in told), sum(sent for _, sent in told))
    assert {("text", "photo")} == {tuple(parts) for parts in came.values()}
    assert all(sent > 0 for _, sent in told)

"""Show that a poller killed a hundred times, anywhere in a poll, loses no entry and takes none in twice."""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlmodel import func, select

from storage.database import Database
from storage.feeds import add_feed
from storage.records import FeedSpec, OutletSpec
from storage.tables import Entry, MatchRow, PlacementRow

ROOT = Path(__file__).parents[3]
FEEDS, KILLS = 5, 100
ROUNDS_AFTER = 60  # undisturbed polls of 4 s in which all that was published must arrive


class Desks:
    """Publish one more entry at every second request; what was published stays in the feed."""

    def __init__(self):
        self.asked, self.published = [0] * FEEDS, [0] * FEEDS
        self.news = asyncio.Event()

    async def handle(self, reader, writer):
        try:
            number = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].rpartition(b"/")[2])
            self.asked[number] += 1
            self.published[number] += self.asked[number] % 2
            body = self.body(number).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            await writer.drain()
            self.news.set()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def body(self, number):
        now = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><guid>{n}</guid><title>Attaque du JNIM à Djibo, récit {number} {n}</title><pubDate>{now}</pubDate></item>"
            for n in range(self.published[number], 0, -1)
        )
        return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


async def killed(zygote, desks, after):
    """Let a poller run until it has asked for something, and so many seconds more; then kill it."""
    desks.news.clear()
    zygote.stdin.write(b"go\n")
    child = int(await zygote.stdout.readline())
    async with asyncio.timeout(30):
        await desks.news.wait()
    await asyncio.sleep(after)
    os.kill(child, signal.SIGKILL)
    await zygote.stdout.readline()


async def run(kills, tmp_path):
    url, desks, rng = f"sqlite:///{tmp_path / 'killed.db'}", Desks(), random.Random(11)
    database = Database(url)
    database.upgrade()
    server = await asyncio.start_server(desks.handle, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    with database.transaction() as session:
        for number in range(FEEDS):
            spec = FeedSpec(f"http://127.0.0.{number + 2}:{port}/{number}", OutletSpec(f"o{number}", "O"), lang="fr")
            add_feed(session, spec, now=datetime.now(UTC))
    zygote = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.feeds.zygote", url, cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(kills):
        await killed(zygote, desks, rng.expovariate(8))
    before = list(desks.published)
    for _ in range(ROUNDS_AFTER):
        if not behind(stored(database), before):
            break
        await killed(zygote, desks, 4)
    zygote.stdin.close()
    await zygote.wait()
    server.close()
    await server.wait_closed()
    found = stored(database) | {"before": before}
    database.dispose()
    return found, desks


def behind(found, before):
    """List the feeds of which not everything is stored that was published before the last kill."""
    return [feed for feed, published in enumerate(before, 1) if found["by_feed"].get(feed, 0) < published]


def stored(database):
    with database.reading() as session:
        guids = session.exec(
            select(Entry.feed_id, func.count(), func.count(Entry.guid_key.distinct())).group_by(Entry.feed_id)
        ).all()
        return {
            "entries": sum(count for _, count, _ in guids),
            "twice": sum(count - distinct for _, count, distinct in guids),
            "by_feed": {feed: count for feed, count, _ in guids},
            "matched": session.exec(select(func.count(MatchRow.entry_id.distinct()))).one(),
            "unplaced": session.exec(
                select(func.count()).where(Entry.disposition == "alert", Entry.id.not_in(select(PlacementRow.entry_id)))
            ).one(),
        }


@pytest.mark.slow
async def test_a_hundred_kills_lose_no_entry_and_take_none_in_twice(tmp_path):
    found, _ = await run(KILLS, tmp_path)

    assert (0, 0) == (found["twice"], found["unplaced"])
    assert [] == behind(found, found["before"])
    assert found["matched"] == found["entries"] > 20

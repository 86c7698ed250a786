"""Show our manners as a publisher's server counts them: thirty simulated days of real HTTP, with restarts, and no fault.

The columns are those of the published reader-behaviour scores: who asks unconditionally, sends validators that were
never given, comes too soon, ignores a refusal or a rest, brings cookies, referers or parameters, hides its name.
"""

import asyncio
import logging
import re
import shutil
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import structlog

from bot.clock import SimulatedClock
from bot.feeds.cadence import CadenceSettings
from bot.feeds.parse import ParserPool
from bot.http import GuardedClient, HttpLimits
from bot.ingest import Ingest
from bot.polling import Edges, Poller
from bot.store import Store
from matchers.watchlist import Watchlist
from storage.database import Database
from storage.feeds import add_feed, list_feeds, next_due_at
from storage.records import FeedSpec, FeedState, OutletSpec

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Ten thousand commits need not reach a disk here.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass
class Publisher:
    """Serve one feed, remember what was said to whom, and count faults."""

    clock: SimulatedClock
    every: timedelta = timedelta(hours=5)  # a new entry comes so often
    until: timedelta = timedelta(days=99)
    klass: str = "B"
    least: timedelta = timedelta(minutes=5)
    validators: str = "both"
    headers: dict = field(default_factory=dict)
    head: str = ""
    asleep: tuple = ()
    refuses: object = None  # (hours since the start) -> (status, headers), or None
    asked: list = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)
    given: tuple = ("", "")
    rest_until: datetime = START
    last_bare: datetime | None = None
    silent_since: datetime = START

    def answer(self, request, headers):
        now = self.clock.now()
        self.count(request, headers, now)
        self.asked.append(now)
        hours = (now - START) / HOUR
        refused = self.refuses(hours) if self.refuses else None
        if refused:
            status, more, rest = refused
            self.rest_until = now + rest
            return status, more, b"no"
        return self.content(headers, now)

    def content(self, headers, now):
        number = int(min(now - START, self.until) / self.every)
        changed = START + number * self.every
        self.silent_since = changed
        etag, modified = f'W/"{number}"', format_datetime(changed, usegmt=True)
        mine = {"ETag": etag, "Last-Modified": modified}
        mine = {"both": mine, "etag": {"ETag": etag}, "date": {"Last-Modified": modified}, "none": {}}[self.validators]
        said = (mine.get("ETag", ""), mine.get("Last-Modified", ""))
        unchanged = any(said) and (headers.get("if-none-match", ""), headers.get("if-modified-since", "")) == said
        self.given = said
        if unchanged:
            return 304, mine | self.headers, b""
        entries = "".join(
            f"<item><guid>{n}</guid><title>Entrée {n}</title><pubDate>{format_datetime(START + n * self.every)}</pubDate></item>"
            for n in range(number, max(-1, number - 10), -1)
        )
        body = f'<rss version="2.0"><channel><title>T</title>{self.head}{entries}</channel></rss>'.encode()
        return 200, mine | self.headers, body

    def count(self, request, headers, now):
        inm, ims = headers.get("if-none-match", ""), headers.get("if-modified-since", "")
        etag, modified = self.given
        self.faults["bogus If-None-Match"] += inm not in {"", etag}
        self.faults["bogus If-Modified-Since"] += ims not in {"", modified}
        bare = not inm and not ims
        if bare and any(self.given):
            excused = now - self.silent_since > timedelta(hours=12) and (
                self.last_bare is None or now - self.last_bare >= timedelta(days=1)
            )
            self.faults["unconditional"] += not excused
            self.last_bare = now
        elif not bare:
            self.faults["one validator of two"] += (bool(inm), bool(ims)) != (bool(etag), bool(modified))
        if self.asked:
            self.faults["too soon"] += now - self.asked[-1] < self.least
        self.faults["came during a rest"] += now < self.rest_until
        self.faults["came while asleep"] += now.hour in self.asleep and now - START > HOUR
        self.faults["cookie"] += "cookie" in headers
        self.faults["referer"] += "referer" in headers
        self.faults["changed address"] += not re.fullmatch(r"GET /\w+\?a=1&b=2 HTTP/1.1", request)
        self.faults["nameless"] += not re.match(r"Tocsin/\S+ \(.*https://example\.org", headers.get("user-agent", ""))
        self.faults["no feed type in Accept"] += "application/rss+xml" not in headers.get("accept", "")
        self.faults["no compression"] += headers.get("accept-encoding") != "gzip"


def at_times(status, more, rest, *, first, times, apart):
    """Refuse while an hour from `first` on is one of so many times, each `apart` hours from the last."""

    def refuses(hours):
        since = (hours - first) % apart
        return (status, more, rest) if hours >= first and since < 1.5 and (hours - first) // apart < times else None

    return refuses


def publishers(clock):
    soon = {"Retry-After": "7200"}

    def dated(hours):
        until = clock.now() + 3 * HOUR
        wanted = hours > 7 and (hours - 7) % 20 < 1.5
        return (
            (503, {"Retry-After": format_datetime(until, usegmt=True)}, 3 * HOUR - timedelta(seconds=1))
            if wanted
            else None
        )

    return {
        "plain": Publisher(clock, timedelta(hours=7), least=timedelta(minutes=8)),
        "etag": Publisher(clock, klass="C", validators="etag", least=timedelta(minutes=15)),
        "date": Publisher(clock, klass="C", validators="date", least=timedelta(minutes=15)),
        "bare": Publisher(clock, validators="none", least=timedelta(minutes=30)),
        "fresh": Publisher(clock, headers={"Cache-Control": "max-age=3600"}, least=HOUR),
        "slow": Publisher(clock, klass="C", headers={"Cache-Control": "public, max-age=43200"}, least=12 * HOUR),
        "expires": Publisher(clock, headers={"Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}, least=HOUR),
        "ttl": Publisher(clock, head="<ttl>60</ttl>", least=HOUR),
        "asleep": Publisher(
            clock, klass="C", head="<skipHours><hour>0</hour><hour>1</hour><hour>2</hour></skipHours>", asleep=(0, 1, 2)
        ),
        "sets_cookies": Publisher(clock, headers={"Set-Cookie": "a=b; Path=/"}, klass="C", least=timedelta(minutes=15)),
        "busy": Publisher(clock, klass="C", refuses=at_times(429, soon, 2 * HOUR, first=9, times=20, apart=30)),
        "dated": Publisher(clock, klass="C", refuses=dated),
        "refuses": Publisher(clock, klass="C", refuses=at_times(403, {}, HOUR / 2, first=5, times=9, apart=70)),
        "breaks": Publisher(clock, klass="C", refuses=at_times(500, {}, timedelta(0), first=4, times=9, apart=50)),
        "stops": Publisher(clock, klass="C", until=timedelta(days=1)),
        "gone": Publisher(clock, klass="C", refuses=lambda hours: (410, {}, 5 * HOUR) if hours > 20 else None),
    }


async def serve(by_name, stack):
    async def handle(reader, writer):
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        status, more, body = by_name[request.split("/")[1].split("?")[0]].answer(request, headers)
        said = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        writer.write(
            f"HTTP/1.1 {status} X\r\n{said}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        await writer.drain()
        writer.close()

    server = await stack.enter_async_context(await asyncio.start_server(handle, "0.0.0.0", 0))
    return server.sockets[0].getsockname()[1]


def a_poller(store, clock, stack):
    client = GuardedClient(contact="https://example.org", limits=HttpLimits(private_hosts=True))
    stack.push_async_callback(client.close)
    parser = ParserPool(workers=1)
    stack.push_async_callback(parser.close)
    ingest = Ingest(store, Watchlist.compile(()), window=timedelta(days=7))
    return Poller(store, ingest, Edges(client, parser, clock), "test", CadenceSettings(budget_per_day=24))


async def live(days, *, restarts):
    """Poll for so many days and return the publishers and the state of each feed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    clock = SimulatedClock(START)
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    database = Database(f"sqlite:///{folder / 'tocsin.db'}")
    database.upgrade()
    store, by_name = Store(database), publishers(clock)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        stack.callback(store.close)
        port = await serve(by_name, stack)
        for number, (name, each) in enumerate(by_name.items(), 2):
            spec = FeedSpec(f"http://127.0.0.{number}:{port}/{name}?a=1&b=2", OutletSpec(name, name), klass=each.klass)
            await store.write(add_feed, spec, now=START)
        poller = a_poller(store, clock, stack)
        restart_at = START + timedelta(days=days) / (restarts + 1)
        while clock.now() < START + timedelta(days=days):
            if clock.now() >= restart_at:
                poller, restart_at = a_poller(store, clock, stack), restart_at + timedelta(days=days) / (restarts + 1)
                await poller.settle_in()
            if not await poller.poll_due():
                clock.advance_to(await store.read(next_due_at))
                clock.advance(0.5)
        return by_name, {each.outlet.key: each for each in await store.read(list_feeds)}


def faults(by_name):
    return {(name, fault): times for name, each in by_name.items() for fault, times in each.faults.items() if times}


@pytest.mark.slow
async def test_a_day_passes_without_a_fault_in_any_column():
    by_name, _ = await live(0.8, restarts=2)

    assert {} == faults(by_name)
    assert min(len(each.asked) for each in by_name.values()) >= 2


@pytest.mark.slow
async def test_thirty_days_pass_without_a_fault_in_any_column():
    by_name, feeds = await live(30, restarts=12)

    assert {} == faults(by_name)
    assert (FeedState.GONE, FeedState.SILENT) == (feeds["gone"].state, feeds["stops"].state)

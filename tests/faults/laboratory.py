"""Run real bots between a press and a sandbox, break them, and compare the two ledgers."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import select

from bot.app import compile_watchlist
from bot.clock import SystemClock
from bot.config import Settings
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from storage.chats import open_chat, update_chat
from storage.database import Database
from storage.outbox import balance
from storage.tables import Entry, PlacementRow
from storage.terms import add_term
from tests.faults.press import FAMILIES, Press, plain_names
from tests.faults.rogues import Rogues

if TYPE_CHECKING:
    from tests.faults.servers import Server

ROOT = Path(__file__).parent.parent.parent
# chat -> what it watches; a private chat may hear one message a second
CHATS = {
    101: ("jihadists",),
    102: ("jihadists", "leaders"),
    103: ("leaders",),
    104: ("tuareg-groups",),
    105: FAMILIES,
    -106: ("forces",),
}
# A group that became a supergroup has this id from then on.
MOVED = {-1_000_106: -106}
# Seconds in which nothing that is missing arrives, until it is called lost: a chat may be owed a long queue.
_PATIENCE_S = 150.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what the comparison of both ledgers says."""

    published: int
    owed: int
    lost: int
    repeated: int
    repeats_counted: int
    most_repeats_a_chat: int
    wrong_chat: int
    worst_delay_s: float
    flood_refusals: int
    most_memory_mb: int = 0
    missing: tuple[str, ...] = ()

    def holds(self, *, crashes: int | None) -> bool:
        """Say whether the promises were kept: nothing lost, each repeat counted, and at most one a chat and crash."""
        uncounted = self.repeated > self.repeats_counted
        too_many = crashes is not None and self.most_repeats_a_chat > crashes
        return not (self.lost or self.wrong_chat or uncounted or too_many)


class Process:
    """Hold a fork server and the one bot that it runs at a time."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.pid = 0
        self._silent_at = 0
        self._server: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        self._server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.child", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert await self._line() == "ready"

    async def _line(self) -> str:
        assert self._server is not None
        assert self._server.stdout is not None
        return (await self._server.stdout.readline()).decode().strip()

    async def start(self, env, argv=("run",), **job) -> None:
        assert self._server is not None
        assert self._server.stdin is not None
        line = {"argv": list(argv), "env": env, "log": str(self._log), **job}
        self._silent_at = self._written()
        self._server.stdin.write(json.dumps(line).encode() + b"\n")
        await self._server.stdin.drain()
        self.pid = int((await self._line()).removeprefix("pid "))

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _written(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    async def works(self) -> None:
        """Wait until it has written a line since it was started: it has woken up."""
        async with asyncio.timeout(_PATIENCE_S):
            while self._written() == self._silent_at:  # noqa: ASYNC110 - another process's doing has no event here
                await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Wait for the bot's end and return its exit code, negative for a signal."""
        code = int((await self._line()).removeprefix("exit "))
        self.pid = 0
        return code

    async def kill(self) -> int:
        """End it as a power cut would, with all its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return await self.ended()

    async def stop(self) -> int:
        """Ask it to end in good order."""
        os.kill(self.pid, signal.SIGTERM)
        return await self.ended()

    async def close(self) -> None:
        if self.pid:
            await self.kill()
        if self._server:
            assert self._server.stdin is not None
            self._server.stdin.close()
            await self._server.wait()


@dataclass(slots=True)
class Laboratory:
    """Hold press, sandbox, database and processes of one trial."""

    press: Press
    sandbox: Sandbox
    server: Server
    database: Database
    folder: Path
    processes: list[Process]
    gone: tuple[int, ...] = ()
    chats: dict[int, tuple[str, ...]] = field(default_factory=lambda: CHATS)
    most_memory: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def bot(self) -> Process:
        return self.processes[0]

    @property
    def database_url(self) -> str:
        """Return where the bots keep what they know."""
        return self.server.url

    @property
    def database_folder(self) -> Path:
        """Return the folder that a trial may fill."""
        return self.server.folder

    async def restart_database(self) -> None:
        """Kill the database's server and start it again."""
        await asyncio.to_thread(self.server.restart)

    @property
    def env(self) -> dict[str, str]:
        return {
            "TOCSIN_TELEGRAM__TOKEN": SANDBOX_TOKEN,
            "TOCSIN_TELEGRAM__BASE_URL": self.sandbox.base_url,
            "TOCSIN_TELEGRAM__OPEN": "true",
            "TOCSIN_DATABASE_URL": self.database_url,
            "TOCSIN_FEEDS__FILE": str(self.folder / "feeds.toml"),
            "TOCSIN_FEEDS__ALLOW_PRIVATE_HOSTS": "true",
            "TOCSIN_FEEDS__MIN_INTERVAL": "1",
            "TOCSIN_FEEDS__BUDGET_PER_DAY": "100000",
            "TOCSIN_LOG__FORMAT": "json",
            "TOCSIN_WEB__LISTEN": "127.0.0.1:0",
        }

    async def begin(self) -> None:
        """Read each feed once while it is empty: what stands in a feed at the first look does not ring."""
        await self.bot.start(self.env)
        await self._until(self._all_feeds_known)
        await self.bot.stop()

    def _all_feeds_known(self) -> bool:
        from storage.feeds import list_feeds

        with self.database.reading() as session:
            feeds = list_feeds(session)
        return all(feed.cadence.last_ok for feed in feeds if feed.url in self.press.urls) and bool(feeds)

    async def publishing(self, *, every_s: float) -> None:
        """Publish until cancelled."""
        while True:
            self.press.publish()
            await asyncio.sleep(every_s)

    async def weighing(self) -> None:
        """Note the most memory, in bytes, that the bot and its parsers hold together, until cancelled."""
        while True:
            self.most_memory = max(self.most_memory, await asyncio.to_thread(memory_of_session, self.bot.pid))
            await asyncio.sleep(0.5)

    async def settle(self) -> None:
        """Wait until each chat has all that it is owed, for as long as any of it arrives."""
        with suppress(TimeoutError):
            while missing := len(self.missing()):
                await self._until(partial(self._has_fewer_missing, missing))

    def _has_fewer_missing(self, than: int) -> bool:
        return len(self.missing()) < than

    async def _until(self, so) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not so():  # noqa: ASYNC110 - another process's doing has no event here
                await asyncio.sleep(0.25)

    def told_as(self) -> dict[str, str]:
        """Return the marker of the entry that began each entry's story: what a chat was told it as."""
        with self.database.reading() as session:
            rows = session.exec(select(PlacementRow.story_id, Entry.id, Entry.title).join(Entry)).all()
        first = {number: _marker(title) for story, number, title in rows if story == number}
        return {_marker(title): first[story] for story, _, title in rows}

    def owed(self) -> dict[tuple[int, str], datetime]:
        """Return each chat and story that the press's ledger says it must hear of, with when it was published.

        Chats that are gone for Telegram are left out: theirs is dropped with a reason, or due for hours.
        """
        told_as = self.told_as()
        found: dict[tuple[int, str], datetime] = {}
        for entry in self.press.ledger:
            for chat, watched in self.chats.items():
                if entry.family in watched and chat not in self.gone:
                    found.setdefault((chat, told_as.get(entry.marker, entry.marker)), entry.at)
        return found

    def heard(self) -> dict[tuple[int, str], list[datetime]]:
        """Return when each chat was sent each marker: the sandbox's ledger, the second witness."""
        found: dict[tuple[int, str], list[datetime]] = {}
        markers = {entry.marker for entry in self.press.ledger}
        for each in self.sandbox.accepted():
            if each.method == "sendMessage" and not each.message.get("reply_to_message"):
                for word in set(each.message.get("text", "").lower().split()) & markers:
                    found.setdefault((MOVED.get(each.chat, each.chat), word), []).append(
                        datetime.fromisoformat(each.at)
                    )
        return found

    def missing(self) -> list[str]:
        """Return what is owed and was not heard."""
        heard = self.heard()
        return [f"{chat} {marker}" for chat, marker in self.owed() if (chat, marker) not in heard]

    def verdict(self) -> Verdict:
        """Compare the ledgers."""
        heard, owed = self.heard(), self.owed()
        more = {key: len(moments) - 1 for key, moments in heard.items()}
        a_chat = Counter()
        for (chat, _), times in more.items():
            a_chat[chat] += times
        with self.database.reading() as session:
            counted = balance(session).possible_repeats
        missing = self.missing()
        return Verdict(
            published=len(self.press.ledger),
            owed=len(owed),
            lost=len(missing),
            repeated=sum(more.values()),
            repeats_counted=counted,
            most_repeats_a_chat=max(a_chat.values(), default=0),
            wrong_chat=sum(key not in owed and key[0] not in self.gone for key in heard),
            worst_delay_s=max(
                ((min(at) - owed[key]).total_seconds() for key, at in heard.items() if key in owed), default=0.0
            ),
            flood_refusals=self.sandbox.flood_refusals,
            most_memory_mb=self.most_memory // 1_000_000,
            missing=tuple(missing[:8]),
        )


def memory_of_session(session: int) -> int:
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += int(fields[21]) * resource.getpagesize() if int(fields[3]) == session else 0
    return total


def _marker(title: str) -> str:
    return title.split(" ", 1)[0].lower()


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Return what news is made of; compiling the watch list takes a second or two."""
    return plain_names(compile_watchlist(Settings()))


@asynccontextmanager
async def laboratory(
    server: Server,
    folder: Path,
    *,
    bots: int = 1,
    gone: tuple[int, ...] = (),
    rogue: bool = False,
    chats: dict[int, tuple[str, ...]] = CHATS,
    press: Press | None = None,
):
    """Set a trial up on an empty database and take it down again."""
    clock = SystemClock()
    press, sandbox = press or Press(clock, names()), Sandbox(clock, path=folder / "sandbox.db")
    processes = [Process(f"bot{number}", folder) for number in range(bots)]
    async with AsyncExitStack() as stack:
        rogues = [await stack.enter_async_context(Rogues(clock).open())] if rogue else []
        await stack.enter_async_context(press.open())
        await stack.enter_async_context(sandbox.open())
        lists = [each.toml() for each in (press, *rogues)]
        (folder / "feeds.toml").write_text("\n".join(lists), encoding="utf-8")
        database = Database(server.url)
        stack.callback(database.dispose)
        _subscribe(database, sandbox, clock, chats)
        try:
            for process in processes:
                await process.open()
            yield Laboratory(press, sandbox, server, database, folder, processes, gone, chats)
        finally:
            for process in processes:
                await process.close()


def _subscribe(database: Database, sandbox: Sandbox, clock: SystemClock, chats: dict[int, tuple[str, ...]]) -> None:
    database.upgrade()
    with database.transaction() as session:
        for number, watched in chats.items():
            if number > 0:
                sandbox.add_private(number)
            else:
                sandbox.add_group(number, title="Desk")
            kind = "private" if number > 0 else "group"
            chat = open_chat(session, number, kind=kind, lang="en", now=clock.now() - timedelta(days=1))
            update_chat(session, chat.id, mode="instant")
            for family in watched:
                add_term(session, chat.id, entity=f"family:{family}", urgency="critical", now=clock.now())

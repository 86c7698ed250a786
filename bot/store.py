"""Bridge the synchronous storage to the asynchronous edges: one thread writes, a few read."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from bot.clock import stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Database, Session

P = ParamSpec("P")
R = TypeVar("R")

# Reads are short; four threads keep a slow archive search from delaying a chat's answer.
_READERS: Final = 4


@dataclass(frozen=True, slots=True)
class Held:
    """Hold how long a transaction kept the writer, in seconds: its work, and all of it with the commit."""

    work_s: float
    whole_s: float


class Store:
    """Run storage functions off the event loop, each in a transaction of its own.

    One thread writes, because SQLite has one writer and a queue of our own waits
    more politely than its busy handler.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="tocsin-write")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="tocsin-read")

    async def write(self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `function(session, …)` in one write transaction and return what it returns."""

        def run() -> R:
            with self.database.transaction() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def write_timed(
        self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[R, Held]:
        """Write, and return also for how long the writer was held."""

        def run() -> tuple[R, Held]:
            passed = stopwatch()
            with self.database.transaction() as session:
                done = function(session, *args, **kwargs)
                work = passed()
            return done, Held(work, passed())

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def read(self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `function(session, …)` on a read-only snapshot and return what it returns."""

        def run() -> R:
            with self.database.reading() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def write_with(self, work: Callable[[], R]) -> R:
        """Run work that opens its own transaction, in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def settle_log(self) -> None:
        """Cut the database's log, so that what was just removed stands in no older page of it."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self.database.empty_log)

    def close(self) -> None:
        """Finish what is running and let go of the threads and the database."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.database.dispose()

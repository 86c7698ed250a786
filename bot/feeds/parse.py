"""Parse bodies in worker processes that can be killed: a deadline, a memory limit, a new one after a death."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from bot.pipes import framed, next_object

if TYPE_CHECKING:
    from bot.feeds.parsed import ParsedFeed

log = structlog.get_logger()

DEADLINE_S: Final = 10.0
# Seconds that a body waits for a busy parser before another one starts: more than a queue of good feeds takes, so that
# the 40 MB of a second parser are held only while a slow body has the first.
PATIENCE_S: Final = 1.0
# A worker's address space, of which 45 MB are its libraries; a body that needs more has no feed for us.
MEMORY: Final = 280 * 1024 * 1024
# Bytes that a worker may hold before it makes room for a fresh one, so that memory stays flat.
_WORN: Final = 72 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """Hold a body to be read, and what is known of it; `known` are marks of entries that need not be read again.

    `kind` is feed, or article: a web page whose text is wanted.
    """

    body: bytes
    content_type: str
    lang: str = ""
    url: str = ""
    known: bytes = b""
    kind: str = "feed"


class ParseFailed(Exception):
    """Hold why a body gave no feed: not-a-feed, parser-timeout or parser-crash."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


class ParserPool:
    """Hold parser processes: one from the first body on, more while bodies wait for it; they end with this process."""

    def __init__(self, workers: int = 2, *, deadline_s: float = DEADLINE_S, patience_s: float = PATIENCE_S) -> None:
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._free: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        self._free.put_nowait(None)
        self._spare = workers - 1

    async def parse(self, body: bytes, content_type: str) -> ParsedFeed:
        """Return the feed in a body of which nothing is known; raise ParseFailed."""
        return await self.read(Task(body, content_type))

    async def read(self, task: Task) -> ParsedFeed:
        """Return the feed in a body; raise ParseFailed."""
        answer = await self._work(task)
        if isinstance(answer, str):
            raise ParseFailed("not-a-feed", answer)
        return answer

    async def article(self, task: Task) -> str:
        """Return the text of an article's page, "" when there is none; raise ParseFailed."""
        answer = await self._work(replace(task, kind="article"))
        return answer if isinstance(answer, str) else ""

    async def _work(self, task: Task) -> ParsedFeed | str:
        """Have a worker read a body; one that is late is killed and replaced."""
        worker = await self._taken()
        try:
            if worker is None or worker.returncode is not None:
                worker = await _start()
            async with asyncio.timeout(self._deadline_s):
                answer, held = await _ask(worker, task)
            worker = await _rested(worker, held)
        except TimeoutError:
            worker = await _ended(worker)
            raise ParseFailed("parser-timeout", f"more than {self._deadline_s:.0f} s") from None
        except (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError):
            worker = await _ended(worker)
            raise ParseFailed("parser-crash", "the parser ran out of memory or died") from None
        except asyncio.CancelledError:
            worker = await _ended(worker)
            raise
        finally:
            await self._give_back(worker)
        return answer

    async def _taken(self) -> asyncio.subprocess.Process | None:
        """Wait for a free worker, or take a spare place when none becomes free."""
        while self._spare:
            try:
                async with asyncio.timeout(self._patience_s):
                    return await self._free.get()
            except TimeoutError:
                if self._spare:
                    self._spare -= 1
                    return None
        return await self._free.get()

    async def _give_back(self, worker: asyncio.subprocess.Process | None) -> None:
        """Let the next body have a worker, or end it when another one is idle already."""
        if self._free.empty():
            self._free.put_nowait(worker)
        else:
            self._spare += 1
            await _ended(worker)

    async def close(self) -> None:
        """End every worker."""
        while not self._free.empty():
            await _ended(self._free.get_nowait())


async def _start() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.feeds.worker",
        str(MEMORY),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


async def _ask(worker: asyncio.subprocess.Process, task: Task) -> tuple[ParsedFeed | str, int]:
    assert worker.stdin is not None, "a worker reads from a pipe"
    assert worker.stdout is not None, "a worker writes to a pipe"
    worker.stdin.write(framed(task))
    await worker.stdin.drain()
    answer: tuple[ParsedFeed | str, int] = await next_object(worker.stdout)
    return answer


async def _rested(worker: asyncio.subprocess.Process, held: int) -> asyncio.subprocess.Process | None:
    """Return the worker, or None in place of one that a large body has swollen."""
    return await _ended(worker) if held > _WORN else worker


async def _ended(worker: asyncio.subprocess.Process | None) -> asyncio.subprocess.Process | None:
    """End a worker and return what takes its place: none, until one is needed."""
    if worker is not None:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
        if worker.stdin:
            worker.stdin.close()
    return None

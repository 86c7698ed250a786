"""Say what the pipeline does now, for the page's second pane: feeds, entries, stories, the outbox.

Read from the bot's own tables, once for all who look on, and only while somebody does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog

from storage.errors import StorageError
from storage.feeds import list_feeds
from storage.figures import backlog
from storage.outbox import balance

if TYPE_CHECKING:
    from datetime import datetime

    from bot.app import Tocsin
    from bot.polling import PollReport
    from bot.sandbox.newsstand import Newsstand
    from bot.sandbox.server import Sandbox
    from bot.sandbox.transport import Transport
    from storage.database import Session

log = structlog.get_logger()

# Seconds between two readings, at least; a slow database is asked for a twentieth of the time only.
_EVERY_S: Final = 1.0
_SHARE: Final = 20
_RECENT: Final = 8


@dataclass(slots=True)
class Pane:
    """Gather what the pane shows; `play` is the demo's newsstand with its transport, where there is one."""

    tocsin: Tocsin
    sandbox: Sandbox
    play: tuple[Newsstand, Transport] | None = None
    viewers: int = 0
    _recent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_RECENT))
    _shown: dict[str, Any] = field(default_factory=dict)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, report: PollReport) -> None:
        """Remember a poll and show it at once."""
        moment = self.tocsin.clock.now().timestamp()
        kept = {name: getattr(report, name) for name in ("feed", "outlet", "status", "result", "new", "matched")}
        self._recent.appendleft({"at": int(moment), **kept})
        self._look.set()

    def nudge(self) -> None:
        """Look at once: something was pressed or somebody came."""
        self._look.set()

    async def run(self) -> None:
        """Read and show, for as long as it lasts."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wait(_EVERY_S)
            if not self.viewers:
                continue
            began = loop.time()
            await self._show()
            await self.tocsin.clock.sleep(min(30.0, (loop.time() - began) * _SHARE))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._look.wait()
        except TimeoutError:
            pass
        self._look.clear()

    async def _show(self) -> None:
        try:
            now = await self.snapshot()
        except StorageError as error:
            log.warning("pane.postponed", reason=str(error))
            return
        if now != self._shown:
            self._shown = now
            self.sandbox.publish("pipeline", now)

    async def snapshot(self) -> dict[str, Any]:
        """Return everything that the pane shows."""
        tables = await self.tocsin.store.read(_tables, now=self.tocsin.clock.now())
        names = tables.pop("names")
        shown = {
            **tables,
            "recent": [each | {"name": names.get(each["feed"], each["outlet"])} for each in self._recent],
            "broken": self.sandbox.broken,
            "refusals": self.sandbox.flood_refusals,
        }
        if self.play:
            newsstand, transport = self.play
            total = newsstand.published + len(newsstand.waiting)
            shown["play"] = {**transport.as_dict(), "published": newsstand.published, "total": total}
        return shown


def _tables(session: Session, *, now: datetime) -> dict[str, Any]:
    feeds = [feed for feed in list_feeds(session) if feed.enabled]
    struck, queue = balance(session), backlog(session, now=now)
    waits = int((now - queue.oldest_due).total_seconds()) if queue.oldest_due else 0
    return {
        "names": {feed.url: feed.outlet.name or feed.title for feed in feeds},
        "feeds": {
            "total": len(feeds),
            "read": sum(feed.cadence.last_ok is not None for feed in feeds),
            "failing": sum(bool(feed.last_error) for feed in feeds),
        },
        "entries": struck.entries,
        "matched": struck.matched,
        "stories": struck.stories,
        "copies": struck.copies,
        "outbox": {
            "due": queue.due,
            "sending": queue.sending,
            "held": queue.held,
            "sent": sum(struck.sent.values()),
            "dropped": sum(struck.dropped.values()),
            "waits": max(0, waits),
            "parked": queue.parked,
        },
        "repeats": struck.possible_repeats,
        "lost": struck.lost,
    }

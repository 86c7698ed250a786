"""Schedule: APScheduler says when, a loop of ours does the work.

A job only nudges (it sets an event), so that it is never late, never runs twice
at once and never keeps the scheduler from shutting down: APScheduler 3.11 cancels
running coroutine jobs when it stops.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.lead import RENEW_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger()

# A nudge is never too late to be of use: None lets it run however late it is,
# where the library's own default (1 s) would drop it after a stall.
_GRACE: Final = None


@dataclass(frozen=True, slots=True)
class Job:
    """Say what is nudged and how often."""

    name: str
    trigger: BaseTrigger
    does: str


def all_jobs() -> tuple[Job, ...]:
    """Return every job of a running Tocsin."""
    return (
        Job("poll", IntervalTrigger(seconds=1, timezone=UTC), "claims due feeds and polls them"),
        Job(
            "lead",
            IntervalTrigger(seconds=int(RENEW_S), timezone=UTC),
            "keeps the right to talk to Telegram, or takes it over",
        ),
        Job("digest", IntervalTrigger(seconds=30, timezone=UTC), "opens the editions whose local hour has come"),
        Job("hooks", IntervalTrigger(seconds=3, timezone=UTC), "posts to webhooks what is owed to them"),
        Job("sweep", IntervalTrigger(seconds=15, timezone=UTC), "takes back deliveries whose sender died"),
        Job(
            "silence",
            IntervalTrigger(minutes=2, timezone=UTC),
            "tells admins of silence, delay or loss, and readers of a time without sight, once each",
        ),
        Job("prune", CronTrigger(minute=17, timezone=UTC), "removes what is past its retention, in short slices"),
        Job("backup", CronTrigger(hour=2, minute=40, timezone=UTC), "copies a SQLite database beside itself, keeps 7"),
        Job(
            "nightly",
            CronTrigger(hour=3, minute=5, timezone=UTC),
            "sends admins the line of the day: read, matched, sent, lost",
        ),
    )


def next_runs(now: datetime) -> list[tuple[str, datetime, str]]:
    """List each job with its next run after `now` and what it does."""
    return [(job.name, job.trigger.get_next_fire_time(None, now), job.does) for job in all_jobs()]


class Bell:
    """Wake a loop: nudges that come while it works become one more round."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._event = asyncio.Event()

    def nudge(self) -> None:
        """Ask for one round of work."""
        self._event.set()

    async def wait(self, seconds: float, stopping: asyncio.Event) -> None:
        """Wait for a nudge, a stop, or so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _first_of(self._event, stopping)
        self._event.clear()

    async def loop(self, work: Callable[[], Awaitable[object]], stopping: asyncio.Event) -> None:
        """Work once for each nudge until told to stop; a failed round is logged and the next one comes."""
        while not stopping.is_set():
            await _first_of(self._event, stopping)
            if stopping.is_set():
                return
            self._event.clear()
            try:
                await work()
            except Exception:  # the loop's outer edge: one bad round must not end the watch
                log.exception("loop.failed", loop=self.name)


async def _first_of(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def build_scheduler(bells: Iterable[Bell]) -> AsyncIOScheduler:
    """Return a scheduler, not yet started, that nudges each bell as its job says."""
    by_name = {bell.name: bell for bell in bells}
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE},
    )
    for job in all_jobs():
        if job.name in by_name:
            scheduler.add_job(
                by_name[job.name].nudge,
                job.trigger,
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=_GRACE,
            )
    scheduler.add_listener(_log_trouble, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)
    return scheduler


def _log_trouble(event: object) -> None:
    log.warning("job.trouble", job=getattr(event, "job_id", ""), code=getattr(event, "code", 0))

"""Say whether every loop of this process does its work, and serve that with the metrics.

A loop's round *turns* when it ends, however it ends; it went *well* when it neither failed
nor had to be put off. Late is a loop that did not go well for too long: `/readyz` names it.
Stuck is a loop that did not even turn: systemd's watchdog then starts the process anew,
which would not help against a database that is away.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.http import program_version
from bot.upkeep import backups_of
from storage.errors import StorageError
from storage.figures import Figures, figures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request

    from bot.clock import Clock
    from bot.metrics import Metrics
    from bot.store import Store
    from bot.web import RouteList

log = structlog.get_logger()

# Seconds without a good round after which a loop is late: a few of its own intervals.
LATE_AFTER_S: Final = {
    "lead": 60.0,
    "poll": 60.0,
    "send": 120.0,
    "listen": 150.0,
    "inbox": 300.0,
    "digest": 900.0,  # a round draws a picture for each chat whose hour has come
    "hooks": 900.0,  # a round waits for receivers
    "sweep": 120.0,
    "silence": 1_800.0,
    "prune": 9_000.0,
    "backup": 93_600.0,
    "nightly": 93_600.0,
}
# Loops that only work when there is something to do: they are late when one round takes so long.
_ON_DEMAND: Final = frozenset({"inbox"})
_USUAL_S: Final = 600.0
# The audit of what is lost reads every story that was ever owed: a scrape reuses an answer this young.
_FIGURES_FOR_S: Final = 15.0
_PROC: Final = Path("/proc")
_PAGE: Final = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Late:
    """Hold a loop that is late: since when it did no good round, and what went wrong last."""

    loop: str
    since: datetime
    after_s: float
    trouble: str = ""


@dataclass(slots=True)
class _Beat:
    well: datetime
    turned: datetime
    busy_since: datetime | None = None
    trouble: str = ""


@dataclass(slots=True)
class Heartbeats:
    """Hold when each loop last turned, and last did well."""

    _beats: dict[str, _Beat] = field(default_factory=dict)

    def begin(self, loop: str, now: datetime) -> None:
        """Note that a round begins; the first one starts the loop's time."""
        beat = self._beats.setdefault(loop, _Beat(now, now))
        beat.busy_since = now

    def end(self, loop: str, now: datetime, *, trouble: str = "") -> None:
        """Note that a round ended; `trouble` says why it did not go well."""
        beat = self._beats.setdefault(loop, _Beat(now, now))
        beat.turned, beat.busy_since, beat.trouble = now, None, trouble
        if not trouble:
            beat.well = now

    def progress(self, loop: str, now: datetime) -> None:
        """Note that a long round gets on: a queue of thousands is one round of sending."""
        beat = self._beats.setdefault(loop, _Beat(now, now))
        beat.well = beat.turned = now
        beat.busy_since = now if beat.busy_since else None

    def ages(self, now: datetime) -> dict[str, float]:
        """Return the seconds since each loop last did well."""
        return {loop: (now - beat.well).total_seconds() for loop, beat in self._beats.items()}

    def late(self, now: datetime) -> tuple[Late, ...]:
        """Return the loops that did not do well for too long."""
        found = []
        for loop, beat in self._beats.items():
            after = LATE_AFTER_S.get(loop, _USUAL_S)
            since = _working_since(beat, now) if loop in _ON_DEMAND else beat.well
            if (now - since).total_seconds() > after:
                found.append(Late(loop, since, after, beat.trouble))
        return tuple(found)

    def stuck(self, now: datetime) -> tuple[str, ...]:
        """Return the loops whose round neither ended nor failed for too long."""
        return tuple(
            loop
            for loop, beat in self._beats.items()
            if (now - _working_since(beat, now)).total_seconds() > LATE_AFTER_S.get(loop, _USUAL_S)
        )


def _working_since(beat: _Beat, now: datetime) -> datetime:
    return beat.busy_since or now


@dataclass(slots=True)
class Health:
    """Watch the loops of one process and answer for them."""

    store: Store
    clock: Clock
    metrics: Metrics
    heartbeats: Heartbeats = field(default_factory=Heartbeats)
    pace_rate: Callable[[], float] = lambda: 0.0
    _figures: Figures = field(default_factory=Figures)
    _read_at: datetime | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def watched(self, loop: str, work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        """Wrap a loop's round so that its beats are noted; a failure is noted and goes on."""
        self.heartbeats.begin(loop, self.clock.now())
        self.heartbeats.end(loop, self.clock.now())

        async def round_of_work() -> object:
            self.began(loop)
            try:
                result = await work()
            except BaseException as error:
                self.ended(loop, trouble=type(error).__name__)
                raise
            self.ended(loop)
            return result

        return round_of_work

    def began(self, loop: str) -> None:
        """Note that a round begins."""
        self.heartbeats.begin(loop, self.clock.now())

    def ended(self, loop: str, *, trouble: str = "") -> None:
        """Note that a round ended, well or with trouble."""
        self.heartbeats.end(loop, self.clock.now(), trouble=trouble)
        if trouble:
            self.metrics.failures.labels(loop).inc()

    def progressed(self, loop: str) -> None:
        """Note that a long round gets on."""
        self.heartbeats.progress(loop, self.clock.now())

    def stuck(self) -> tuple[str, ...]:
        """Return the loops whose round does not end."""
        return self.heartbeats.stuck(self.clock.now())

    async def readiness(self) -> dict[str, object]:
        """Return whether all is well, and what is late or away."""
        now = self.clock.now()
        late = self.heartbeats.late(now)
        says = [
            {"loop": each.loop, "since": each.since.isoformat(), "late_after_s": each.after_s, "trouble": each.trouble}
            for each in late
        ]
        database = await self._database_trouble()
        return {"ready": not late and not database, "late": says, "database": database or "ok"}

    async def figures(self, *, fresh: bool = False) -> Figures:
        """Return what the tables say, a few seconds old at most."""
        async with self._reading:
            now = self.clock.now()
            if fresh or self._read_at is None or (now - self._read_at).total_seconds() > _FIGURES_FOR_S:
                self._figures, self._read_at = await self.store.read(figures, now=now), now
        return self._figures

    async def scrape(self) -> bytes:
        """Return all metrics in Prometheus's text format; without the tables' share when the database is away."""
        now = self.clock.now()
        try:
            self.metrics.show(await self.figures(), now=now)
        except StorageError as error:
            log.warning("metrics.incomplete", reason=str(error))
        self._show_process(now)
        return self.metrics.text()

    def _show_process(self, now: datetime) -> None:
        shown = self.metrics
        late = {each.loop for each in self.heartbeats.late(now)}
        for loop, age in self.heartbeats.ages(now).items():
            shown.loop_age.labels(loop).set(age)
            shown.loop_late.labels(loop).set(loop in late)
        for process, size in memory().items():
            shown.memory.labels(process).set(size)
        path = self.store.database.path
        if path:
            shown.disk_free.set(shutil.disk_usage(path.absolute().parent).free)
            shown.last_backup.set(_backup_age(path, now))
        if rate := self.pace_rate():
            shown.pace(rate, now=now)
        shown.build.labels(program_version()).set(1)

    async def _database_trouble(self) -> str:
        try:
            await self.store.read(lambda session: session.connection())
        except StorageError as error:
            return str(error)
        return ""

    def routes(self) -> RouteList:
        """Return what the web side serves of this: /readyz and /metrics."""
        return [Route("/readyz", self._readyz), Route("/metrics", self._metrics)]

    async def _readyz(self, _request: Request) -> Response:
        says = await self.readiness()
        return JSONResponse(says, 200 if says["ready"] else 503)

    async def _metrics(self, _request: Request) -> Response:
        return Response(await self.scrape(), media_type="text/plain; version=0.0.4; charset=utf-8")


def memory() -> Mapping[str, int]:
    """Return resident bytes of this process and, summed, of its children; nothing where there is no /proc."""
    if not (_PROC / "self/statm").exists():
        return {}
    children = {child for listed in (_PROC / "self/task").glob("*/children") for child in _words(listed)}
    return {"main": _resident("self"), "parsers": sum(_resident(child) for child in children)}


def _resident(process: str) -> int:
    pages = _words(_PROC / process / "statm")
    return int(pages[1]) * _PAGE if len(pages) > 1 else 0


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:  # it has ended since it was listed
        return []


def _backup_age(path: Path, now: datetime) -> float:
    kept = [each.stat().st_mtime for each in backups_of(path)]
    return max(0.0, now.timestamp() - max(kept)) if kept else -1.0

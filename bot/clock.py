"""Read the time; the only module that does, so that every decider can be given its `now`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock(Protocol):
    """Tell the time and wait."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        ...


class SystemClock:
    """Tell the machine's time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class SimulatedClock:
    """Tell a time that moves only when it is told to, or when somebody sleeps on it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the simulated present as an aware UTC time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the present forward by so many seconds."""
        self._now += timedelta(seconds=max(0.0, seconds))

    def advance_to(self, moment: datetime) -> None:
        """Move the present forward to a moment; a moment in the past changes nothing."""
        self._now = max(self._now, moment)

    async def sleep(self, seconds: float) -> None:
        """Move the present forward instead of waiting, and let other tasks run."""
        self.advance(seconds)
        await asyncio.sleep(0)


def stopwatch() -> Callable[[], float]:
    """Begin to measure work: what is returned tells the seconds since then, which no simulated clock can."""
    begin = time.monotonic()
    return lambda: time.monotonic() - begin

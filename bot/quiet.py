"""Decide when a chat may be rung: quiet hours in its own zone, across clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hold quiet hours as minutes of the local day; `start` > `end` spans midnight."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start == self.end or not (0 <= self.start < _MINUTES and 0 <= self.end < _MINUTES):
            raise ValueError("quiet hours need a start and an end that differ, each within the day")


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone of a name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def is_quiet(hours: QuietHours | None, tz: str, *, now: datetime) -> bool:
    """Say whether `now` lies in the quiet hours of a chat."""
    if hours is None:
        return False
    local = now.astimezone(zone(tz))
    minute = local.hour * 60 + local.minute
    if hours.start < hours.end:
        return hours.start <= minute < hours.end
    return minute >= hours.start or minute < hours.end


def quiet_until(hours: QuietHours | None, tz: str, *, now: datetime) -> datetime | None:
    """Return when the quiet hours around `now` end, in UTC; None when it is not quiet.

    An end that a clock change skips is moved to the first minute that exists.
    """
    if hours is None or not is_quiet(hours, tz, now=now):
        return None
    here = zone(tz)
    local = now.astimezone(here)
    end = datetime.combine(local.date(), time(hours.end // 60, hours.end % 60), here)
    if end.astimezone(UTC) <= now:
        end = datetime.combine(local.date() + timedelta(days=1), time(hours.end // 60, hours.end % 60), here)
    return end.astimezone(UTC)

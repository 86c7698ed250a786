"""Count what the whole archive names, once for all editions that are opened together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.digest.spikes import BASELINE_DAYS
from bot.quiet import zone
from storage.digests import archive_begins, mention_hours
from storage.feeds import list_feeds
from storage.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Collection

    from storage.database import Session
    from storage.digests import HourCount
    from storage.records import FeedRecord

# Days that a chart or a sparkline shows.
SHOWN_DAYS: Final = 14
WEEK: Final = 7
_DAY: Final = timedelta(days=1)
_UNHEARD: Final = frozenset({FeedState.SILENT, FeedState.FAILING, FeedState.BLOCKED, FeedState.GONE})


@dataclass(frozen=True, slots=True)
class Pulse:
    """Hold how often each entity was named, hour by hour, and which feeds are not heard."""

    now: datetime
    hours: tuple[HourCount, ...] = ()
    begins: datetime | None = None
    unheard: tuple[FeedRecord, ...] = ()
    _kept: dict[object, dict[str, list[int]]] = field(default_factory=dict)

    def watched(self, terms: Collection[str]) -> tuple[str, ...]:
        """Return the entities that terms (entities and families) stand for, as far as they were named."""
        families = {term.removeprefix("family:") for term in terms if term.startswith("family:")}
        found = {each.entity: families & set(each.families) for each in self.hours}
        return tuple(sorted(entity for entity, shared in found.items() if shared or entity in terms))

    def by_day(self, tz: str, today: date) -> dict[str, list[int]]:
        """Return each entity's mentions on the last fourteen local days, today last."""
        key = ("day", tz, today)
        if key not in self._kept:
            here = zone(tz)
            found: dict[str, list[int]] = {}
            for each in self.hours:
                ago = (today - each.hour.astimezone(here).date()).days
                if 0 <= ago < SHOWN_DAYS:
                    found.setdefault(each.entity, [0] * SHOWN_DAYS)[-1 - ago] += each.count
            self._kept[key] = found
        return self._kept[key]

    def against_baseline(self, days: int) -> dict[str, tuple[int, list[int]]]:
        """Return each entity's mentions in the last `days` times 24 hours, and day by day in the 28 before them."""
        key = ("window", days)
        if key not in self._kept:
            counted: dict[str, Counter[int]] = {}
            for each in self.hours:
                ago = max(0, (self.now - each.hour) // _DAY)
                counted.setdefault(each.entity, Counter())[ago] += each.count
            reach = range(days, days + self._baseline(days))
            self._kept[key] = {
                entity: [sum(ago[day] for day in range(days)), *(ago[day] for day in reach)]
                for entity, ago in counted.items()
            }
        return {entity: (row[0], row[1:]) for entity, row in self._kept[key].items()}

    def age(self) -> int:
        """Return how many whole days the archive goes back."""
        return (self.now - self.begins) // _DAY if self.begins else 0

    def _baseline(self, days: int) -> int:
        """Return how many days of baseline there are: days before the archive began were not days without news."""
        return max(0, min(BASELINE_DAYS, self.age() - days))


def take_pulse(session: Session, *, now: datetime) -> Pulse:
    """Read what editions need of the whole archive."""
    return Pulse(
        now=now,
        hours=mention_hours(session, since=now - (BASELINE_DAYS + WEEK) * _DAY),
        begins=archive_begins(session),
        unheard=tuple(
            feed for feed in list_feeds(session) if feed.enabled and feed.state in _UNHEARD and feed.cadence.last_ok
        ),
    )

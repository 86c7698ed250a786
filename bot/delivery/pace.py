"""Keep below Telegram's limits: a message leaves only when no 429 can follow from it.

GCRA (generic cell rate algorithm): each bucket keeps the time at which it would be
empty again. Telegram names no exact limits; these are its published ones with room:

| bucket | published | ours |
| --- | --- | --- |
| all chats | about 30 a second | 29 a second, bursts of 3: at most 29 in any second |
| a private chat | about 1 a second | 1 a second |
| a group or channel | 20 a minute | one in 4 s, bursts of 5: at most 20 in any minute |

What counts is when messages arrive, and that lies somewhere between departure and
answer: a network that stalls lets many arrive at once. So a chat's bucket counts from
the answer on (one message of a chat is on its way at a time), and beside the bucket of
all chats stands a window: on their way and answered within the last second, at most 29.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.delivery_records import Leaving

GLOBAL_PER_S: Final = 29.0
_GLOBAL_BURST: Final = 3
_PRIVATE_S: Final = 1.0
_GROUP_S: Final = 4.0
_GROUP_BURST: Final = 5
# 429s from three chats within ten seconds cannot be three chats' own limits: the whole bot is too quick.
_STORM_CHATS: Final = 3
_STORM_S: Final = 10.0
_SLOWEST_PER_S: Final = 1.0
_WINDOW: Final = timedelta(seconds=1)
# No limit looks further back.
MEMORY: Final = timedelta(minutes=1)
_MOST_IN_WINDOW: Final = 29
# Chats that rested long ago are forgotten when so many are known.
_MOST_CHATS: Final = 1000


def drain_s(leaving: Leaving) -> float:
    """Return the seconds until all that could leave now has left, at our full pace."""
    return max(leaving.count / GLOBAL_PER_S, leaving.private * _PRIVATE_S, leaving.group * _GROUP_S)


@dataclass(slots=True)
class Bucket:
    """Hold one limit: `interval` seconds between messages, after a burst."""

    interval: float
    burst: int = 1
    empty_at: datetime | None = None

    def free_at(self, now: datetime) -> datetime:
        """Return when the next message may leave."""
        if self.empty_at is None:
            return now
        return max(now, self.empty_at - timedelta(seconds=self.interval * (self.burst - 1)))

    def charge(self, now: datetime) -> None:
        """Count one message."""
        self.empty_at = max(self.empty_at or now, now) + timedelta(seconds=self.interval)


@dataclass(slots=True)
class Pace:
    """Hold the buckets of one bot token."""

    rate: float = GLOBAL_PER_S
    _all: Bucket = field(default_factory=lambda: Bucket(1 / GLOBAL_PER_S, _GLOBAL_BURST))
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _refused: list[tuple[datetime, int]] = field(default_factory=list)
    _changed: datetime | None = None
    _flying: int = 0
    _answered: deque[datetime] = field(default_factory=deque)

    def remember(self, sent: Iterable[tuple[int, datetime]]) -> None:
        """Count what another process with this token sent to which chats and when, in order."""
        for telegram_id, at in sent:
            self._chats.setdefault(telegram_id, _bucket(telegram_id)).charge(at)
            self._answered.append(at)

    def departs_in(self, now: datetime) -> float:
        """Return the seconds until the next message of any chat may depart."""
        while self._answered and self._answered[0] + _WINDOW <= now:
            self._answered.popleft()
        over = self._flying + len(self._answered) - _MOST_IN_WINDOW
        room_at = self._answered[min(over, len(self._answered) - 1)] + _WINDOW if over >= 0 and self._answered else now
        return (max(room_at, self._all.free_at(now)) - now).total_seconds()

    def depart(self, now: datetime) -> None:
        """Count a message, an edit or a deletion that leaves now."""
        self._recover(now)
        self._all.charge(now)
        self._flying += 1

    def arrive(self, telegram_id: int, now: datetime) -> None:
        """Let a chat rest after what has just been answered there."""
        self._flying -= 1
        self._answered.append(now)
        if len(self._chats) >= _MOST_CHATS:
            self._chats = {chat: bucket for chat, bucket in self._chats.items() if (bucket.empty_at or now) > now}
        self._chats.setdefault(telegram_id, _bucket(telegram_id)).charge(now)

    def resting(self, now: datetime) -> tuple[int, ...]:
        """Return the chats that must not be written to yet."""
        return tuple(chat for chat, bucket in self._chats.items() if bucket.free_at(now) > now)

    def rested_at(self, now: datetime) -> datetime | None:
        """Return when the first of the resting chats may be written to again; None when none rests."""
        return min((at for bucket in self._chats.values() if (at := bucket.free_at(now)) > now), default=None)

    def refused(self, telegram_id: int, now: datetime) -> bool:
        """Note a 429; True when it is one of a storm and the whole bot slows down to half."""
        recent = now - timedelta(seconds=_STORM_S)
        self._refused = [(at, chat) for at, chat in self._refused if at > recent] + [(now, telegram_id)]
        if len({chat for _, chat in self._refused}) < _STORM_CHATS:
            return False
        self._refused.clear()
        self._set(max(_SLOWEST_PER_S, self.rate / 2), now)
        return True

    def _recover(self, now: datetime) -> None:
        """Probe upward: one message a second more for each quiet minute."""
        if self.rate < GLOBAL_PER_S and self._changed:
            minutes = (now - self._changed) // timedelta(minutes=1)
            if minutes:
                self._set(min(GLOBAL_PER_S, self.rate + minutes), now)

    def _set(self, rate: float, now: datetime) -> None:
        self.rate, self._changed = rate, now
        self._all.interval = 1 / rate


def _bucket(telegram_id: int) -> Bucket:
    return Bucket(_PRIVATE_S) if telegram_id > 0 else Bucket(_GROUP_S, _GROUP_BURST)
